// The verbs of ops/ in this process, on a world with a loopback registry: what a new process would hand to them.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Event } from '../../src/core/event.ts'
import { HttpClient } from '../../src/host/http.ts'
import { NodeHost } from '../../src/host/node-host.ts'
import type { Context } from '../../src/ops/context.ts'
import { createSources, gitReader } from '../../src/sources/index.ts'
import type { World } from './world.ts'

export function contextOf(world: World, changes: Partial<Context> & { readonly events?: Event[] } = {}): Context {
  const { events, ...rest } = changes
  const host = rest.host ?? new NodeHost()
  const offline = rest.offline ?? false
  const http = new HttpClient(host, { offline })
  const access = {
    host,
    env: world.variables(),
    path: '/nonexistent',
    execPath: '/nonexistent/bin/node',
    cache: join(world.store, 'cache', 'npm'),
    temporary: join(world.store, 'tmp'),
    http,
    registryCache: join(world.store, 'cache', 'registry'),
    gitCache: join(world.store, 'cache', 'git'),
  }
  const sources = createSources(access)
  return {
    host,
    workspace: { root: world.workspace },
    storeRoot: world.store,
    sources: () => Promise.resolve(sources),
    http,
    openGit: gitReader(access),
    keysFile: null,
    system: 'x86_64-linux',
    program: null,
    offline,
    frozen: false,
    runCheck: () => Promise.resolve({ exitCode: 1, output: 'the check says no' }),
    report: (event) => events?.push(event),
    signal: new AbortController().signal,
    ...rest,
  }
}

/** Every file of `environments/` with its text: what must be untouched when a verb fails. */
export function filesOf(world: World): Readonly<Record<string, string>> {
  const directory = world.path('environments')
  if (!existsSync(directory)) return {}
  return Object.fromEntries(
    readdirSync(directory)
      .toSorted()
      .map((name) => [name, readFileSync(join(directory, name), 'utf8')]),
  )
}
