// The part of @npmcli/agent that http.ts uses; the package brings no types of its own.

declare module '@npmcli/agent' {
  import { Agent as NodeAgent } from 'node:http'
  import type { SecureContext } from 'node:tls'

  interface Settings {
    readonly rejectUnauthorized?: boolean | undefined
    readonly proxy?: string | undefined
    readonly noProxy?: string | undefined
    readonly localAddress?: string | undefined
    readonly maxSockets?: number | undefined
  }

  export class Agent extends NodeAgent {
    constructor(options: Settings & { readonly secureContext?: SecureContext })
    /** Without `url` when it goes straight to the host. */
    readonly proxy: { readonly url?: URL }
  }

  /** The agent for this address and these settings; equal settings share one. Without a proxy here, those of the process count. */
  export function getAgent(
    url: string,
    options: Settings & {
      readonly ca?: string | readonly string[] | undefined
      readonly cert?: string | undefined
      readonly key?: string | undefined
    },
  ): Agent
}
