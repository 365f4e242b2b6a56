// How a tree shows Node.js packages, so that resolvers find them which follow links by text. Webpack's (Tailwind and others have it too)
// replaces all links of a path at once, and begins again; Node puts `a/../b` together before it looks. Both go astray at a link that climbs
// out of a tree which is itself reached through links. So none that shows a package, or a command of one, climbs: it leads to a place of the same tree.
//
//   bin/a                        → ../lib/node_modules/a/cli.js
//   lib/node_modules/.bin/a      → ../a/cli.js
//   lib/node_modules/a           → ../../etc/tenon/node_modules/a+
//   etc/tenon/node_modules/a+    → a
//   etc/tenon/node_modules/a     → ../../../../<store path>/node_modules/a
//
// Two steps, because a link of the workspace may be replaced together with the first and `current` with the second; only the last
// can then be replaced together with the generation, whose own link says where the tree really is. All of it lies below
// a `node_modules`, where whatever looks for tests or sources in a workspace, through links too, does not look. The steps stand in one directory,
// `@scope/a` as `@scope+a`: each directory is an inode more for every generation. No package has a `+` in its name.

import { nodeAt, putNode, type TreeDirectory, type TreeSymlink } from '../core/tree.ts'

const SHOWN = 'lib/node_modules'
const COMMANDS = ['bin', `${SHOWN}/.bin`]

/** Rearranges these links of a composed tree, with the steps in a directory of it. False if a package gives something there. */
export function keepModuleLinksInside(tree: TreeDirectory, steps: string): boolean {
  const names = new Map<string, string>()
  for (const [name, { target }] of linksOf(tree, SHOWN)) {
    const object = withoutClimbing(target)
    const last = `${steps}/node_modules/${name.replace('/', '+')}`
    const first = `${last}+`
    if (!putNode(tree, last, { kind: 'symlink', target: climbing(last) + object })) return false
    if (!putNode(tree, first, { kind: 'symlink', target: relative(first, last) })) return false
    setLink(tree, `${SHOWN}/${name}`, first)
    names.set(object, name)
  }
  for (const directory of COMMANDS) {
    for (const [command, { target }] of linksOf(tree, directory)) {
      const object = withoutClimbing(target)
      for (let end = object.lastIndexOf('/'); end !== -1; end = object.lastIndexOf('/', end - 1)) {
        const name = names.get(object.slice(0, end))
        if (name === undefined) continue
        setLink(tree, `${directory}/${command}`, `${SHOWN}/${name}${object.slice(end)}`)
        break
      }
    }
  }
  return true
}

/** The links in a directory of the tree, those in scopes with them. */
function linksOf(tree: TreeDirectory, path: string): readonly (readonly [string, TreeSymlink])[] {
  const directory = nodeAt(tree, path)
  if (directory?.kind !== 'directory') return []
  return [...directory.entries].flatMap(([name, node]) => {
    if (node.kind === 'symlink') return [[name, node] as const]
    if (!name.startsWith('@')) return []
    return linksOf(tree, `${path}/${name}`).map(([inner, link]) => [`${name}/${inner}`, link] as const)
  })
}

/** Makes the link at `path` lead to `to`. */
function setLink(tree: TreeDirectory, path: string, to: string): void {
  const slash = path.lastIndexOf('/')
  const directory = nodeAt(tree, path.slice(0, slash))
  if (directory?.kind === 'directory')
    directory.entries.set(path.slice(slash + 1), { kind: 'symlink', target: relative(path, to) })
}

/** The target of a link at `path` that leads to `to`, another place of the tree. */
function relative(path: string, to: string): string {
  const from = path.split('/').slice(0, -1)
  const parts = to.split('/')
  let common = 0
  while (common < from.length && from[common] === parts[common]) common++
  return '../'.repeat(from.length - common) + parts.slice(common).join('/')
}

/** From `path` up to the objects. */
function climbing(path: string): string {
  return '../'.repeat(path.split('/').length)
}

function withoutClimbing(target: string): string {
  return target.replace(/^(?:\.\.\/)+/, '')
}
