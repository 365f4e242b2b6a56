// What directories of repositories come to: the commit that a branch or tag names, by id, and its files, by content. What was locked stays
// until an update asks; then branches move, while a tag that was moved is said and followed only where it is named.

import type { Requirement } from '../../core/environment.ts'
import { ToolError } from '../../core/errors.ts'
import type { GitArtifact, LockedId, LockedPackage } from '../../core/lock.ts'
import { narIntegrity } from '../../core/nar.ts'
import type { NamedCommit } from '../../host/git.ts'
import { bringsAgain, bringsOf, describeDirectory, factsOfTree } from '../describe-directory.ts'
import { chooseCommit } from '../git-reader.ts'
import { lockEach } from '../lock-each.ts'
import { lockedFor } from '../native-lock.ts'
import type { Inspected, LockContext, RequirementGroup, SourceLock } from '../source.ts'
import { type GitOptions, type GitRepository, openRepository } from './repository.ts'

/** @throws ToolError as `GitRepository` does, E_ENV_INVALID for a directory that is no package */
export function lockGit(
  groups: readonly RequirementGroup[],
  context: LockContext,
  options: GitOptions,
): Promise<SourceLock> {
  const locker = new GitLocker(context, options)
  return lockEach(groups, context, (requirement) => locker.lock(requirement))
}

class GitLocker {
  readonly #context: LockContext
  readonly #options: GitOptions

  constructor(context: LockContext, options: GitOptions) {
    this.#context = context
    this.#options = options
  }

  async lock(requirement: Requirement): Promise<Inspected> {
    const [url = '', directory = ''] = requirement.name.split('#')
    const previous = this.#previous(requirement)
    const commit = await this.#choose(requirement, url, previous)
    await this.#checkTime(requirement, url, commit)
    if (previous !== null && previous.artifact.commit === commit.id) {
      // What the lock can tell again need not be read.
      const brought = bringsAgain(previous.item, this.#context)
      if (brought !== undefined) return { item: previous.item, brought }
    }

    const repository = await this.#open(url)
    const tree = await repository.tree(commit.id, directory)
    const asked = { requirement: requirement.text, commit: commit.id }
    const file = (name: string): string =>
      `${url}@${commit.id.slice(0, 12)}:${directory === '' ? '' : `${directory}/`}${name}`
    const base = { url, directory, files: null }
    const label = { asked: requirement.text, details: asked, name: nameOf(url, directory), base, file }
    const described = describeDirectory(label, factsOfTree(tree))
    const start = commit.id.slice(0, 12)
    const place = `git:${placeOf(url)}${directory === '' ? '' : `#${directory}`}`
    const id = `${place}@${start}` as LockedId
    const artifact: GitArtifact = { kind: 'git', url, commit: commit.id, directory, integrity: narIntegrity(tree) }
    const item: LockedPackage = {
      id,
      source: 'git',
      name: described.name,
      version: described.data['kind'] !== 'prefix' ? `${described.version}+${start}` : start,
      artifacts: [artifact],
      dependencies: {},
      data: {
        ...described.data,
        tree: await repository.treeId(commit.id, directory),
        ...(commit.ref === null ? {} : { ref: commit.ref }),
      },
    }
    return { item, brought: bringsOf({ id: place, locked: id, base }, described, this.#context) }
  }

  async #choose(requirement: Requirement, url: string, previous: Previous | null): Promise<NamedCommit> {
    const { update, report } = this.#context
    const { constraint: revision, text: asked, name } = requirement
    const find = async (): Promise<NamedCommit> => {
      const found = await (await this.#open(url)).find(revision)
      if (found === null) throw notFound(requirement)
      return found
    }
    const locked = previous?.commit ?? null
    return await chooseCommit({ locked, update, revision, asked, named: `git:${name}` }, find, report)
  }

  /** A commit does not say which one a branch named before, so what is later is refused rather than replaced. */
  async #checkTime({ text, constraint }: Requirement, url: string, { id }: NamedCommit): Promise<void> {
    const { asOf } = this.#context
    if (asOf === null) return
    const time = await (await this.#open(url)).time(id)
    if (time <= Date.parse(asOf)) return
    const made = `${new Date(time).toISOString().slice(0, 19)}Z`
    const what = constraint === '' ? 'HEAD' : `\`${constraint}\``
    throw new ToolError(
      'E_RESOLVE_CONFLICT',
      `\`${text}\` is later than ${asOf}: ${what} is commit ${id.slice(0, 12)}, which was made on ${made}.`,
      {
        details: {
          requirement: text,
          commit: id,
          made,
          asOf,
          because: `needs ${text}, which was made on ${made}, after ${asOf}`,
        },
        hint: 'Name a tag or a commit of that time.',
      },
    )
  }

  #previous(requirement: Requirement): Previous | null {
    const item = lockedFor(requirement, this.#context.previous)
    const [artifact] = item?.artifacts ?? []
    if (item === null || artifact?.kind !== 'git') return null
    const { ref } = item.data
    return { item, artifact, commit: { id: artifact.commit, ref: typeof ref === 'string' ? ref : null } }
  }

  /** One for each address: what it is asked once is known for all its packages. */
  #open(url: string): Promise<GitRepository> {
    const { workspace, signal, once } = this.#context
    return once(`git repository ${url}`, async () => openRepository(url, { ...this.#options, workspace, signal }))
  }
}

interface Previous {
  readonly item: LockedPackage
  readonly artifact: GitArtifact
  readonly commit: NamedCommit
}

/** An address without its protocol, a path without its way up: what an id can hold. */
function placeOf(url: string): string {
  return url.replace(/^[a-z+]+:\/\/\/?/, '').replace(/^(?:\.{1,2}(?:\/|$))+/, '') || 'workspace'
}

function nameOf(url: string, directory: string): string {
  const last = (directory === '' ? placeOf(url) : directory).split('/').at(-1) ?? ''
  return (
    last
      .replace(/\.git$/, '')
      .replace(/[^A-Za-z0-9._+-]+/g, '-')
      .replace(/^[.-]+/, '') || 'repository'
  )
}

function notFound({ text, constraint }: Requirement): ToolError {
  const what = constraint === '' ? 'has no HEAD' : `has neither a branch nor a tag \`${constraint}\``
  return new ToolError('E_PACKAGE_NOT_FOUND', `The repository of \`${text}\` ${what}.`, {
    details: { requirement: text, revision: constraint },
    hint: constraint === '' ? 'Name a branch, a tag or a commit.' : 'A commit is named by its full id.',
  })
}
