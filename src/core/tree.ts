// A tree of files in memory: what archives are read into, what the composer builds, and what the store seals.

export interface TreeDirectory {
  readonly kind: 'directory'
  readonly entries: Map<string, TreeNode>
}

export interface TreeFile {
  readonly kind: 'file'
  readonly executable: boolean
  readonly bytes: Uint8Array
  /** Absolute path of a sealed file that is believed to be the same; it becomes a hard link of it if it is. */
  readonly twin?: string
}

export interface TreeSymlink {
  readonly kind: 'symlink'
  readonly target: string
  /** As for a file. */
  readonly twin?: string
}

export type TreeNode = TreeDirectory | TreeFile | TreeSymlink

export function makeDirectory(): TreeDirectory {
  return { kind: 'directory', entries: new Map() }
}

/** The node at a relative path of safe parts ('' is the root itself); null when there is none. */
export function nodeAt(root: TreeNode, path: string): TreeNode | null {
  let node: TreeNode = root
  if (path === '') return node
  for (const part of path.split('/')) {
    if (node.kind !== 'directory') return null
    const next = node.entries.get(part)
    if (next === undefined) return null
    node = next
  }
  return node
}

/** Makes the missing directories down to `path`; null when something that is no directory stands in the way. */
export function directoryAt(root: TreeDirectory, path: string): TreeDirectory | null {
  let directory = root
  if (path === '') return directory
  for (const part of path.split('/')) {
    let next = directory.entries.get(part)
    if (next === undefined) {
      next = makeDirectory()
      directory.entries.set(part, next)
    }
    if (next.kind !== 'directory') return null
    directory = next
  }
  return directory
}

/** False when the place, or a place on the way to it, is taken. */
export function putNode(root: TreeDirectory, path: string, node: TreeNode): boolean {
  const slash = path.lastIndexOf('/')
  const directory = directoryAt(root, slash === -1 ? '' : path.slice(0, slash))
  const name = path.slice(slash + 1)
  if (directory === null || directory.entries.has(name)) return false
  directory.entries.set(name, node)
  return true
}

/** Names what stands at the same places below `earlier`, an absolute path, as twins of the files and links of a directory. */
export function nameTwins(directory: TreeDirectory, earlier: string): void {
  for (const [name, node] of directory.entries) {
    const twin = `${earlier}/${name}`
    if (node.kind === 'directory') nameTwins(node, twin)
    else directory.entries.set(name, { ...node, twin })
  }
}
