// Nix with a store, a state directory and a configuration of its own in the lab, and no daemon.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command, Lab, Variables } from './lab.ts'
import { requireNix } from './peers.ts'

export class NixRoot {
  readonly root: string
  readonly #variables: Variables

  constructor(lab: Lab, name: string) {
    requireNix(lab)
    this.root = lab.fresh(name)
    const place = (part: string): string => lab.fresh(`${name}/${part}`)
    this.#variables = {
      ...lab.quiet,
      NIX_REMOTE: '',
      NIX_STORE_DIR: place('store'),
      NIX_STATE_DIR: place('state'),
      NIX_LOG_DIR: place('log'),
      NIX_CONF_DIR: place('conf'),
    }
    // Neither users to build as nor a sandbox: the one thing it ever builds is the environment that `nix-env` composes itself.
    writeFileSync(join(this.root, 'conf/nix.conf'), 'build-users-group =\nsandbox = false\nsubstitute = false\n')
  }

  command(argv: Command['argv'], cwd = this.root): Command {
    return { argv, cwd, variables: this.#variables }
  }
}
