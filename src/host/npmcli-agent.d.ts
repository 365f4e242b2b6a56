// The part of @npmcli/agent that http.ts uses; the package brings no types of its own.

declare module '@npmcli/agent' {
  import type { Agent } from 'node:http'

  /** The agent for this address and these settings; equal settings share one. Without a proxy here, those of the process count. */
  export function getAgent(
    url: string,
    options: {
      readonly ca?: string | readonly string[] | undefined
      readonly cert?: string | undefined
      readonly key?: string | undefined
      readonly rejectUnauthorized?: boolean | undefined
      readonly proxy?: string | undefined
      readonly noProxy?: string | undefined
      readonly localAddress?: string | undefined
      readonly maxSockets?: number | undefined
    },
  ): Agent
}
