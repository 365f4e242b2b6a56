// Workspaces: where one is, which store it uses, and how the store knows whether it still exists.

import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { NodeHost } from '../../../src/host/node-host.ts'
import {
  deletedWorkspaces,
  dropLeftovers,
  enrolledProfileDirectory,
  ensureProfileDirectory,
  ensureStateDirectory,
  existingProfileDirectory,
  existingProfiles,
  findWorkspace,
  GRACE_DAYS,
  profileLink,
  readIdentity,
  requireWorkspace,
  reviewWorkspaces,
  storeRootOf,
  workspaceState,
} from '../../../src/profile/workspace.ts'
import { temporaryDirectory } from '../../support/store.ts'

const host = new NodeHost()
/** Where store and workspace are on two file systems. */
const apart = new (class extends NodeHost {
  override hardLink(): never {
    throw Object.assign(new Error('EXDEV'), { code: 'EXDEV' })
  }
})()
const later = (days: number) =>
  new (class extends NodeHost {
    override now(): number {
      return super.now() + days * 86_400_000
    }
  })()

interface Place {
  readonly root: string
  readonly store: string
  readonly at: (name: string) => { readonly root: string }
}

function makePlace(): Place {
  const root = realpathSync(temporaryDirectory())
  mkdirSync(join(root, 'store', 'profiles'), { recursive: true })
  const at = (name: string) => {
    mkdirSync(join(root, name, 'environments'), { recursive: true })
    return { root: join(root, name) }
  }
  return { root, store: join(root, 'store'), at }
}

function identityOf(workspace: { readonly root: string }): string {
  return readIdentity(host, workspace) ?? 'none'
}

test('S-1.1 the nearest directory with environments/ is the workspace', () => {
  const { root, at } = makePlace()
  const workspace = at('outer')
  mkdirSync(join(workspace.root, 'a', 'b'), { recursive: true })
  expect(findWorkspace(host, join(workspace.root, 'a', 'b'))).toEqual(workspace)
  mkdirSync(join(workspace.root, 'a', 'environments'))
  expect(findWorkspace(host, join(workspace.root, 'a', 'b'))).toEqual({ root: join(workspace.root, 'a') })
  // A file of that name makes none.
  writeFileSync(join(workspace.root, 'a', 'b', 'environments'), '')
  expect(findWorkspace(host, join(workspace.root, 'a', 'b'))).toEqual({ root: join(workspace.root, 'a') })
  expect(() => requireWorkspace(host, root)).toThrow(expect.objectContaining({ code: 'E_WORKSPACE_NOT_FOUND' }))
})

test('S-1.2 store/ of the workspace, then TENON_STORE, then the shared store', () => {
  const workspace = makePlace().at('w')
  const shared = { tenonStore: null, shared: '/shared' }
  expect(storeRootOf(host, workspace, shared)).toBe('/shared')
  expect(storeRootOf(host, null, { ...shared, tenonStore: '/mine' })).toBe('/mine')
  mkdirSync(join(workspace.root, 'store'))
  expect(storeRootOf(host, workspace, { ...shared, tenonStore: '/mine' })).toBe(join(workspace.root, 'store'))
})

test('S-1.3 a profile directory is made once, is linked from the workspace, and is ignored by git', () => {
  const { store, at } = makePlace()
  const workspace = at('w')
  expect(existingProfileDirectory(host, workspace, store, 'default')).toBeNull()
  expect(enrolledProfileDirectory(host, workspace, store, 'default')).toBeNull()
  const directory = ensureProfileDirectory(host, workspace, store, 'default')
  expect(ensureProfileDirectory(host, workspace, store, 'default')).toBe(directory)
  expect(enrolledProfileDirectory(host, workspace, store, 'default')).toBe(directory)
  expect(existingProfileDirectory(host, workspace, store, 'default')).toBe(directory)
  expect(realpathSync(profileLink(workspace, 'default'))).toBe(directory)
  expect(readFileSync(join(workspace.root, '.tenon', '.gitignore'), 'utf8')).toBe('*\n')
  expect(ensureProfileDirectory(host, workspace, store, 'other')).toBe(join(directory, '..', 'other'))
  expect(workspaceState(host, store, identityOf(workspace))).toEqual({ kind: 'alive', path: workspace.root })
})

test('S-1.3 an ignore file that a power failure emptied is written again, and any other is left', () => {
  const { store, at } = makePlace()
  const workspace = at('w')
  const file = join(workspace.root, '.tenon', '.gitignore')
  ensureProfileDirectory(host, workspace, store, 'default')
  for (const [before, after] of [
    ['', '*\n'],
    ['*\n!here\n', '*\n!here\n'],
  ] as const) {
    writeFileSync(file, before)
    ensureStateDirectory(host, workspace)
    expect(readFileSync(file, 'utf8')).toBe(after)
  }
})

test('S-1.3 with the store inside, the link is relative, so that both move together', () => {
  const { root, at } = makePlace()
  const workspace = at('w')
  mkdirSync(join(workspace.root, 'store', 'profiles'), { recursive: true })
  ensureProfileDirectory(host, workspace, join(workspace.root, 'store'), 'default')
  expect(readlinkSync(profileLink(workspace, 'default'))).toMatch(/^\.\.\/\.\.\/store\/profiles\//)
  renameSync(workspace.root, join(root, 'moved'))
  expect(existsSync(profileLink({ root: join(root, 'moved') }, 'default'))).toBe(true)
})

for (const [where, on] of [
  ['on one file system', host],
  ['on two file systems', apart],
  // Only what did not change for a while is remembered.
  ['in a process that remembers what it read', later(1)],
] as const) {
  test(`S-1.3 a moved workspace keeps its profile, ${where}`, () => {
    const { root, store, at } = makePlace()
    const directory = ensureProfileDirectory(on, at('w'), store, 'default')
    const moved = { root: join(root, 'moved') }
    renameSync(join(root, 'w'), moved.root)
    expect(deletedWorkspaces(on, store)).toEqual([])
    expect(ensureProfileDirectory(on, moved, store, 'default')).toBe(directory)
    expect(workspaceState(on, store, identityOf(moved))).toEqual({ kind: 'alive', path: moved.root })
  })

  test(`S-1.5 a copied workspace gets a profile of its own, and the original keeps its, ${where}`, () => {
    const { root, store, at } = makePlace()
    const workspace = at('w')
    const directory = ensureProfileDirectory(on, workspace, store, 'default')
    const copy = { root: join(root, 'copy') }
    cpSync(workspace.root, copy.root, { recursive: true, verbatimSymlinks: true })
    expect(enrolledProfileDirectory(on, copy, store, 'default')).toBeNull()
    const ofCopy = ensureProfileDirectory(on, copy, store, 'default')
    expect(ofCopy).not.toBe(directory)
    expect(ensureProfileDirectory(on, workspace, store, 'default')).toBe(directory)
    expect(ensureProfileDirectory(on, copy, store, 'default')).toBe(ofCopy)
    expect(realpathSync(profileLink(copy, 'default'))).toBe(ofCopy)
  })

  test(`S-1.6 a workspace that came back from a backup is the same workspace, ${where}`, () => {
    const { store, at } = makePlace()
    const workspace = at('w')
    const directory = ensureProfileDirectory(on, workspace, store, 'default')
    const id = readFileSync(join(workspace.root, '.tenon', 'id'))
    rmSync(join(workspace.root, '.tenon', 'id'))
    writeFileSync(join(workspace.root, '.tenon', 'id'), id)
    expect(ensureProfileDirectory(on, workspace, store, 'default')).toBe(directory)
    expect(enrolledProfileDirectory(on, workspace, store, 'default')).toBe(directory)
    expect(deletedWorkspaces(on, store)).toEqual([])
  })
}

test('S-1.4 on one file system a deleted workspace is known to be gone at once', () => {
  const { store, at } = makePlace()
  const workspace = at('w')
  ensureProfileDirectory(host, workspace, store, 'default')
  const id = identityOf(workspace)
  rmSync(workspace.root, { recursive: true })
  expect(workspaceState(host, store, id)).toEqual({ kind: 'deleted', path: workspace.root })
  expect(reviewWorkspaces(host, store)).toEqual([id])
})

test('S-1.4 with a second store, deleting the workspace is still noticed: the two links do not vouch for each other', () => {
  const { root, store, at } = makePlace()
  const workspace = at('w')
  const second = join(root, 'second')
  mkdirSync(join(second, 'profiles'), { recursive: true })
  ensureProfileDirectory(host, workspace, store, 'default')
  ensureProfileDirectory(host, workspace, second, 'default')
  const id = identityOf(workspace)
  expect(workspaceState(host, second, id).kind).toBe('alive')
  rmSync(workspace.root, { recursive: true })
  expect(workspaceState(host, store, id).kind).toBe('deleted')
  expect(workspaceState(host, second, id).kind).toBe('missing')
})

test('S-1.7 on two file systems a workspace that is not found is kept for 30 days after a collection first missed it', () => {
  const { root, store, at } = makePlace()
  const workspace = at('w')
  ensureProfileDirectory(apart, workspace, store, 'default')
  const id = identityOf(workspace)
  // However long ago it was used last.
  const record = join(store, 'profiles', id, 'workspace.json')
  utimesSync(record, 1_000_000, 1_000_000)
  renameSync(workspace.root, join(root, 'away'))
  expect(workspaceState(apart, store, id)).toMatchObject({ kind: 'missing', path: workspace.root })
  expect(workspaceState(later(GRACE_DAYS + 1), store, id).kind).toBe('missing')
  expect(reviewWorkspaces(apart, store)).toEqual([])
  expect(workspaceState(later(GRACE_DAYS - 1), store, id).kind).toBe('missing')
  expect(workspaceState(later(GRACE_DAYS + 1), store, id)).toEqual({ kind: 'deleted', path: workspace.root })
  // Back before that: the next absence counts from anew.
  renameSync(join(root, 'away'), workspace.root)
  expect(reviewWorkspaces(apart, store)).toEqual([])
  renameSync(workspace.root, join(root, 'away'))
  expect(workspaceState(later(GRACE_DAYS + 1), store, id).kind).toBe('missing')
})

test('S-1.7 in a copy of a store that lies in its workspace, the original is missed, and in that store it is not', () => {
  const { root, at } = makePlace()
  const workspace = at('w')
  const own = join(workspace.root, 'store')
  mkdirSync(join(own, 'profiles'), { recursive: true })
  ensureProfileDirectory(host, workspace, own, 'default')
  const id = identityOf(workspace)
  // Without hard links, as `cp -r` and `rsync -a` do it.
  cpSync(workspace.root, join(root, 'copy'), { recursive: true, verbatimSymlinks: true })
  const copy = join(root, 'copy', 'store')
  expect(workspaceState(host, own, id).kind).toBe('alive')
  expect(workspaceState(host, copy, id).kind).toBe('missing')
  expect(reviewWorkspaces(host, copy)).toEqual([])
  expect(workspaceState(later(GRACE_DAYS + 1), copy, id).kind).toBe('deleted')
  expect(workspaceState(later(GRACE_DAYS + 1), own, id).kind).toBe('alive')
})

test('S-1.7 a workspace that got a store of its own keeps what it has in the one before, as far as that can tell', () => {
  const { store, at } = makePlace()
  const workspace = at('w')
  ensureProfileDirectory(host, workspace, store, 'default')
  mkdirSync(join(workspace.root, 'store'))
  expect(workspaceState(host, store, identityOf(workspace)).kind).toBe('alive')
})

test('S-1.8 what cannot be read about a workspace never makes it count as deleted', () => {
  const { store, at } = makePlace()
  const workspace = at('w')
  ensureProfileDirectory(host, workspace, store, 'default')
  const id = identityOf(workspace)
  for (const text of ['', '{', '{}', '[]', '{"path":1}']) {
    writeFileSync(join(store, 'profiles', id, 'workspace.json'), text)
    expect(deletedWorkspaces(host, store)).toEqual([])
  }
  rmSync(join(store, 'profiles', id, 'workspace.json'))
  expect(deletedWorkspaces(host, store)).toEqual([])
  // The next use writes it anew, and nothing is lost.
  expect(ensureProfileDirectory(host, workspace, store, 'default')).toContain(id)
  expect(workspaceState(host, store, id).kind).toBe('alive')
})

test('S-1.8 an identity that is none, or that leads elsewhere, is replaced', () => {
  const { store, at } = makePlace()
  const workspace = at('w')
  for (const text of ['', '../../elsewhere', 'A'.repeat(32), `${'a'.repeat(33)}`]) {
    mkdirSync(join(workspace.root, '.tenon'), { recursive: true })
    writeFileSync(join(workspace.root, '.tenon', 'id'), text)
    expect(readIdentity(host, workspace)).toBeNull()
    const directory = ensureProfileDirectory(host, workspace, store, 'default')
    expect(directory).toMatch(/\/store\/profiles\/[0-9a-f]{32}\/default$/)
  }
})

test('S-1.9 the same workspace by way of a symlink is the same workspace', () => {
  const { root, store, at } = makePlace()
  const workspace = at('w')
  const directory = ensureProfileDirectory(host, workspace, store, 'default')
  symlinkSync(workspace.root, join(root, 'link'))
  expect(ensureProfileDirectory(host, { root: join(root, 'link') }, store, 'default')).toBe(directory)
  expect(ensureProfileDirectory(host, workspace, store, 'default')).toBe(directory)
})

test('S-1.5 a copy of hard links gets a profile of its own too', () => {
  const { root, store, at } = makePlace()
  const workspace = at('w')
  const directory = ensureProfileDirectory(host, workspace, store, 'default')
  const copy = at('copy')
  mkdirSync(join(copy.root, '.tenon'))
  linkSync(join(workspace.root, '.tenon', 'id'), join(copy.root, '.tenon', 'id'))
  expect(ensureProfileDirectory(host, copy, store, 'default')).not.toBe(directory)
  expect(ensureProfileDirectory(host, workspace, store, 'default')).toBe(directory)
  expect(existsSync(join(root, 'store'))).toBe(true)
})

test('S-1.5 a copy sees nothing of the history of the original until it has its own', () => {
  const { root, store, at } = makePlace()
  const workspace = at('w')
  ensureProfileDirectory(host, workspace, store, 'default')
  const copy = { root: join(root, 'copy') }
  cpSync(workspace.root, copy.root, { recursive: true, verbatimSymlinks: true })
  expect(existingProfileDirectory(host, copy, store, 'default')).toBeNull()
  expect(existingProfiles(host, copy, store)).toEqual([])
  expect(existingProfiles(host, workspace, store)).toEqual(['default'])
})

test('S-1.5 where the original is moved and the copy is used first, the original keeps its profile', () => {
  const { root, store, at } = makePlace()
  const directory = ensureProfileDirectory(host, at('w'), store, 'default')
  const copy = { root: join(root, 'copy') }
  const moved = { root: join(root, 'moved') }
  cpSync(join(root, 'w'), copy.root, { recursive: true, verbatimSymlinks: true })
  renameSync(join(root, 'w'), moved.root)
  expect(ensureProfileDirectory(host, copy, store, 'default')).not.toBe(directory)
  expect(existingProfileDirectory(host, moved, store, 'default')).toBe(directory)
  expect(ensureProfileDirectory(host, moved, store, 'default')).toBe(directory)
})

test('S-1.5 a copy in the place of the original, which was moved, is a copy', () => {
  const { root, store, at } = makePlace()
  const directory = ensureProfileDirectory(host, at('w'), store, 'default')
  const moved = { root: join(root, 'moved') }
  const copy = { root: join(root, 'w') }
  renameSync(join(root, 'w'), moved.root)
  cpSync(moved.root, copy.root, { recursive: true, verbatimSymlinks: true })
  expect(existingProfileDirectory(host, copy, store, 'default')).toBeNull()
  expect(existingProfileDirectory(host, moved, store, 'default')).toBe(directory)
  expect(ensureProfileDirectory(host, copy, store, 'default')).not.toBe(directory)
  expect(ensureProfileDirectory(host, moved, store, 'default')).toBe(directory)
})

test('S-1.11 a workspace that lost its .tenon is kept, and takes its generations up again', () => {
  const { store, at } = makePlace()
  const workspace = at('w')
  const directory = ensureProfileDirectory(host, workspace, store, 'default')
  const id = identityOf(workspace)
  rmSync(join(workspace.root, '.tenon'), { recursive: true })
  expect(workspaceState(host, store, id)).toMatchObject({ kind: 'missing', path: workspace.root })
  expect(reviewWorkspaces(host, store)).toEqual([])
  expect(existingProfileDirectory(host, workspace, store, 'default')).toBeNull()
  expect(ensureProfileDirectory(host, workspace, store, 'default')).toBe(directory)
  expect(workspaceState(host, store, id)).toEqual({ kind: 'alive', path: workspace.root })
})

test('S-1.11 a new workspace in the place of one that was moved does not take its generations', () => {
  const { root, store, at } = makePlace()
  const directory = ensureProfileDirectory(host, at('w'), store, 'default')
  renameSync(join(root, 'w'), join(root, 'moved'))
  expect(ensureProfileDirectory(host, at('w'), store, 'default')).not.toBe(directory)
  expect(ensureProfileDirectory(host, { root: join(root, 'moved') }, store, 'default')).toBe(directory)
})

test('S-7.33 what killed writes left goes wherever they write, and nothing of another workspace', () => {
  const { store, at } = makePlace()
  const [workspace, other] = [at('workspace'), at('other')]
  const directories = [workspace, other].map((one) => [
    join(one.root, 'environments'),
    join(one.root, '.tenon'),
    join(one.root, '.tenon/profiles'),
    join(ensureProfileDirectory(host, one, store, 'default'), '..'),
    ensureProfileDirectory(host, one, store, 'dev'),
  ])
  const [own = [], others = []] = directories
  const left = '.tenon-0123456789abcdef'
  for (const directory of [...own, ...others]) writeFileSync(join(directory, left), '')
  dropLeftovers(host, workspace, store)
  for (const directory of own) expect(existsSync(join(directory, left))).toBe(true)
  dropLeftovers(later(2), workspace, store)
  for (const directory of own) expect(existsSync(join(directory, left))).toBe(false)
  for (const directory of others) expect(existsSync(join(directory, left))).toBe(true)
  expect(enrolledProfileDirectory(host, workspace, store, 'dev')).toBe(own[4])
})
