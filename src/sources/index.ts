// The table of sources, in the order in which they are planned: what a package links to is placed before it.

import type { GitOptions } from './git/repository.ts'
import { createGitSource } from './git/source.ts'
import type { OpenGit } from './git-reader.ts'
import type { NpmOptions } from './npm/config.ts'
import { createNpmSource } from './npm/source.ts'
import { createPathSource } from './path/source.ts'
import type { RegistrySourceOptions } from './registry/open.ts'
import { createRegistrySource } from './registry/source.ts'
import type { Source } from './source.ts'
import { createUrlSource } from './url/source.ts'

export type SourcesOptions = NpmOptions & Omit<RegistrySourceOptions, 'openGit'> & GitOptions

export function createSources(options: SourcesOptions): readonly Source[] {
  return [
    createNpmSource(options),
    createUrlSource(options),
    createGitSource(options),
    createRegistrySource({ ...options, openGit: gitReader(options) }),
    createPathSource(),
  ]
}

/** For those who read single files of repositories. */
export function gitReader(options: GitOptions): OpenGit {
  return async (url, at) => (await import('./git/repository.ts')).openRepository(url, { ...options, ...at })
}
