// Reads a directory of the workspace as a tree, by content: the files that git would take, whether or not they were added to it.
// The same files give the same tree on every machine. It does not say what a directory is good for.
//
// Left out: what `.gitignore` files name (those in the directory, and those above it up to the workspace's root), `.git` everywhere,
// `node_modules` and `.tenon` at the top, empty directories (git has none), and of the workspace itself its store and its locks, since a
// tree cannot contain a lock that contains its hash, and the links that Tenon makes into the workspace, since a tree cannot contain a generation
// that contains it. A directory that is itself ignored was named on purpose: then rules above it do not count.

import { dirname, join, relative, resolve } from 'node:path'
import ignore, { type Ignore } from 'ignore'
import { ToolError } from '../../core/errors.ts'
import { compareCodePoints } from '../../core/json.ts'
import { staysInside } from '../../core/link-target.ts'
import { printPath } from '../../core/requirement.ts'
import { makeDirectory, putNode, type TreeDirectory, type TreeNode } from '../../core/tree.ts'
import type { FileKind } from '../../host/host.ts'
import { namesBelow } from '../../host/names-below.ts'
import type { Reader } from '../../host/watch.ts'

const MAX_FILES = 200_000
const MAX_BYTES = 2 ** 30

/**
 * The tree of `path`, relative to the workspace's root ('.' is the root itself); through a symlink, of where it leads. Everything that decides
 * about the tree is asked of `reader`.
 *
 * @throws ToolError E_PACKAGE_NOT_FOUND when it is no directory, E_UNSUPPORTED when it holds something that cannot be part of a package
 */
export function readPathTree(reader: Reader, workspace: string, path: string): TreeDirectory {
  const { root, top } = locate(reader, workspace, path)
  const isIgnored = ignoreRules(reader, root, relative(root, top))
  const names = namesBelow(reader, top, isIgnored)
  if (names.length > MAX_FILES)
    throw unsupported(
      path,
      `it has more than ${MAX_FILES} files`,
      'Name a smaller directory, or ignore what is not needed.',
    )
  const tree = makeDirectory()
  let bytes = 0
  for (const name of names.sort(compareCodePoints)) {
    const node = readNode(reader, { root, top, path }, name)
    if (node === null) continue
    if (node.kind === 'file') bytes += node.bytes.length
    if (bytes > MAX_BYTES)
      throw unsupported(
        path,
        'it has more than 1 GiB of files',
        'Name a smaller directory, or ignore what is not needed.',
      )
    putNode(tree, name, node)
  }
  return tree
}

/** Where things really are, without symlinks. */
interface Place {
  /** Of the workspace. */
  readonly root: string
  /** Of the directory. */
  readonly top: string
}

function locate(reader: Reader, workspace: string, path: string): Place {
  const top = path === '.' ? workspace : join(workspace, path)
  const missing = (why: string): ToolError =>
    new ToolError('E_PACKAGE_NOT_FOUND', `\`path:${path}\` ${why}.`, {
      details: { requirement: `path:${printPath(path)}`, path },
      hint: 'A `path` is relative to the environment file, and below the directory that holds `environments/`.',
    })
  const real = reader.realPath(top)
  const root = reader.realPath(workspace)
  if (real === null || root === null) throw missing('does not exist')
  if (real !== root && !real.startsWith(`${root}/`)) throw missing('leads out of the workspace')
  if (reader.stat(real)?.kind !== 'directory') throw missing('is not a directory')
  return { root, top: real }
}

/** A node of the tree; null for directories, which exist by what they hold, and for Tenon's own links. */
function readNode(
  reader: Reader,
  { root, top, path }: Place & { readonly path: string },
  name: string,
): TreeNode | null {
  const place = join(top, name)
  const stat = reader.stat(place)
  if (stat?.kind === 'directory') return null
  if (stat?.kind === 'symlink') {
    const target = reader.readLink(place) ?? ''
    if (resolve(dirname(place), target).startsWith(`${join(root, '.tenon')}/`)) return null
    if (staysInside(name, target)) return { kind: 'symlink', target }
    throw unsupported(
      path,
      `its link \`${name}\` leads out of it, to \`${target}\``,
      'Replace the link by a copy, or add it to `.gitignore`.',
    )
  }
  const bytes = stat?.kind === 'file' ? reader.readFile(place) : null
  if (stat === null || bytes === null) {
    throw unsupported(path, `\`${name}\` is not a file, directory or link`, 'Remove it, or add it to `.gitignore`.')
  }
  return { kind: 'file', executable: (stat.mode & 0o100) !== 0, bytes }
}

type IsIgnored = (name: string, kind: FileKind) => boolean

interface Rules {
  /** Relative to the workspace, '' or with a final slash. */
  readonly base: string
  readonly rules: Ignore
}

/** `path` is relative to `root`, '' for the root itself. */
function ignoreRules(reader: Reader, root: string, path: string): IsIgnored {
  const base = path === '' ? '' : `${path}/`
  const known = new Map<string, Rules | null>()
  const rulesAt = (directory: string): Rules | null => {
    let rules = known.get(directory)
    if (rules === undefined) {
      const text = reader.readFile(join(root, directory, '.gitignore'))
      rules = text === null ? null : { base: directory, rules: ignore().add(text.toString('utf8')) }
      known.set(directory, rules)
    }
    return rules
  }
  const rulesFor = (full: string, from: string): readonly Rules[] =>
    ancestors(full)
      .filter((directory) => directory.length >= from.length)
      .map(rulesAt)
      .filter((rules) => rules !== null)
  const start = base !== '' && decide(base, rulesFor(base, '')) ? base : ''
  return (name, kind) => {
    const full = `${base}${name}`
    if (name === 'node_modules' || name === '.tenon' || name === '.git' || name.endsWith('/.git')) return true
    if (full === 'store' || full === '.tenon' || /^environments\/[^/]+\.lock\.json$/.test(full)) return true
    return decide(kind === 'directory' ? `${full}/` : full, rulesFor(full, start))
  }
}

/** As in git, the last rule of the deepest file that says anything decides. */
function decide(full: string, rules: readonly Rules[]): boolean {
  for (const { base, rules: own } of rules.toReversed()) {
    const verdict = own.test(full.slice(base.length))
    if (verdict.ignored) return true
    if (verdict.unignored) return false
  }
  return false
}

/** `a/b/c` → '', 'a/', 'a/b/'. */
function ancestors(full: string): readonly string[] {
  const parts = full.replace(/\/$/, '').split('/').slice(0, -1)
  return ['', ...parts.map((_, index) => `${parts.slice(0, index + 1).join('/')}/`)]
}

function unsupported(path: string, why: string, hint: string): ToolError {
  return new ToolError('E_UNSUPPORTED', `\`path:${path}\` cannot be packed: ${why}.`, {
    details: { requirement: `path:${printPath(path)}`, path },
    hint,
  })
}
