// One run of the program: options, configuration, and what the verbs are handed. Printing of results and errors goes through here,
// so that every verb treats --json, --quiet, a closed pipe and Ctrl-C alike.

import { join } from 'node:path'
import { ToolError } from '../core/errors.ts'
import type { Json } from '../core/json.ts'
import type { Host } from '../host/host.ts'
import { HttpClient } from '../host/http.ts'
import { writeNow } from '../host/output.ts'
import type { Context } from '../ops/context.ts'
import { requireWorkspace, storeRootOf, type Workspace } from '../profile/workspace.ts'
import type { Source } from '../sources/source.ts'
import { type Config, type GlobalOptions, readConfig } from './config.ts'
import { createProgress, type Progress } from './progress.ts'
import { PROGRAM } from './version.ts'

export interface SessionOptions extends GlobalOptions {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly frozen?: boolean
}

const LAST_MOMENT_MS = 250

export class Session {
  readonly host: Host
  readonly options: SessionOptions
  readonly config: Config
  readonly progress: Progress
  readonly #abort = new AbortController()
  /** Says what is current, for errors of verbs that change something. */
  state: (() => string | null) | null = null

  constructor(host: Host, options: SessionOptions, umask: number) {
    this.host = host
    this.options = options
    this.config = readConfig(options, umask)
    this.progress = createProgress({ quiet: options.quiet === true, json: options.json === true })
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** The first signal asks the verb to stop, the second insists: then it has a moment to put back what it edited. `end` says so and ends the program. */
  catchSignals(end: (reason: unknown) => void): void {
    const { signal } = this
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        if (signal.aborted) setTimeout(() => end(signal.reason), LAST_MOMENT_MS).unref()
        else
          this.#abort.abort(new ToolError('E_CANCELLED', `It was stopped by ${name}.`, { details: { signal: name } }))
      })
    }
  }

  /** @throws ToolError E_WORKSPACE_NOT_FOUND */
  workspace(): Workspace {
    const { start } = this.config
    if (this.host.stat(start)?.kind === 'directory') return requireWorkspace(this.host, start)
    throw new ToolError('E_WORKSPACE_NOT_FOUND', `\`${start}\` is not a directory.`, {
      details: { path: start },
      hint: this.options.directory === undefined ? 'Look at `TENON_WORKSPACE`.' : null,
    })
  }

  /** The store of the workspace here, or the user's own outside of one. */
  storeRoot(workspace: Workspace | null): string {
    return storeRootOf(this.host, workspace, { tenonStore: this.config.tenonStore, shared: this.config.sharedStore })
  }

  context(workspace: Workspace = this.workspace(), storeRoot: string = this.storeRoot(workspace)): Context {
    const { host, config, signal } = this
    const http = new HttpClient(host, { offline: config.offline, proxyVariables: config.proxyVariables })
    const access = {
      host,
      env: config.environment,
      path: config.hostPath,
      execPath: process.execPath,
      cache: join(storeRoot, 'cache', 'npm'),
      http,
      registryCache: join(storeRoot, 'cache', 'registry'),
      gitCache: join(storeRoot, 'cache', 'git'),
      temporary: join(storeRoot, 'tmp'),
      keysFile: config.keysFile,
    }
    // What locks and plans is most of the program, and is loaded by those who do.
    let sources: Promise<readonly Source[]> | null = null
    return {
      host,
      workspace,
      storeRoot,
      sources: () => {
        sources ??= import('../sources/index.ts').then(({ createSources }) => createSources(access))
        return sources
      },
      http,
      openGit: async (url, at) => (await import('../sources/index.ts')).gitReader(access)(url, at),
      keysFile: config.keysFile,
      system: config.system,
      program: PROGRAM,
      offline: config.offline,
      frozen: this.options.frozen === true,
      runCheck: async (command, tree) => {
        const { captureProgram } = await import('../host/process.ts')
        return await captureProgram([join(tree, 'etc', 'tenon', 'run'), 'sh', '-c', command], {
          cwd: workspace.root,
          environment: config.environment,
          umask: config.umask,
          signal,
        })
      },
      report: this.progress.report,
      signal,
    }
  }

  /** The result of a verb: one JSON document, or text for people. */
  print(value: Json, text: string): void {
    this.progress.stop()
    const out = this.options.json === true ? JSON.stringify(value, null, 2) : text
    if (out !== '') writeNow(1, out.endsWith('\n') ? out : `${out}\n`)
  }

  /** Talk: what happened and what to do next; never on stdout. */
  say(text: string): void {
    this.progress.stop()
    if (this.options.quiet !== true && this.options.json !== true) writeNow(2, `${text}\n`)
  }
}
