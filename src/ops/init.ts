// `tenon init`: makes a workspace. Never overwrites anything.

import { join, relative } from 'node:path'
import { addRequirement } from '../core/environment-edit.ts'
import { environmentSchema } from '../core/environment-schema.ts'
import { ToolError } from '../core/errors.ts'
import { type Json, printJson } from '../core/json.ts'
import type { Host } from '../host/host.ts'
import { environmentTemplate, writeWorkspaceFile } from './environments.ts'
import { readSpec } from './specs.ts'

/** Locks are text with line feeds on every system, and nothing to review line by line; git merges them as text, and Tenon what it cannot. */
const GIT_ATTRIBUTES = '*.lock.json text eol=lf merge=text linguist-generated=true\n'

/** The paths that were made, relative to `root`, without those that nobody edits. @throws ToolError E_EXISTS, E_USAGE (a package that cannot be read) */
export function initWorkspace(host: Host, root: string, packages: readonly string[]): readonly string[] {
  const requirements = packages.map((spec) => readSpec(spec, '.'))
  const file = join(root, 'environments', 'default.yaml')
  if (host.stat(file) !== null) {
    throw new ToolError('E_EXISTS', `\`${relative(root, file)}\` is there already.`, {
      details: { path: file },
      hint: packages.length === 0 ? 'tenon switch' : `tenon add ${packages.join(' ')}`,
    })
  }
  const state = join(root, '.tenon')
  const files: readonly (readonly [string, string])[] = [
    [join(state, '.gitignore'), '*\n'],
    [join(state, 'environment.schema.json'), printJson(environmentSchema as unknown as Json)],
    [join(root, 'environments', '.gitattributes'), GIT_ATTRIBUTES],
    [file, requirements.reduce(addRequirement, environmentTemplate('default'))],
  ]
  const made: string[] = []
  for (const [path, text] of files) {
    if (host.stat(path) !== null) continue
    writeWorkspaceFile(host, { root }, path, text)
    made.push(relative(root, path))
  }
  return made.filter((path) => !path.split('/').some((part) => part.startsWith('.')))
}
