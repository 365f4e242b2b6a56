// Whether what a package.yaml names in its package is there. The file itself is package-file.ts.

import { ToolError } from './errors.ts'
import { type NativePackage, type PackageVariables, packagePart } from './native-package.ts'
import { SYSTEMS } from './system.ts'
import type { TreeDirectory, TreeNode } from './tree.ts'

/**
 * `file` is what messages call the package file. What lies behind a link is taken as it is.
 * @throws ToolError E_PACKAGE_INVALID for a command, a file or a variable's place that is not in the package
 */
export function checkPlaces(item: NativePackage, tree: TreeDirectory, file: string): void {
  const missing = placesOf(item).filter(([, path]) => !isThere(tree, path))
  const [first, ...more] = missing
  if (first === undefined) return
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`
  throw new ToolError(
    'E_PACKAGE_INVALID',
    `\`${file}\` names \`${first[1]}\` (${first[0]}), which is not in the package${others}.`,
    {
      details: { path: file, missing: missing.map(([, path]) => path) },
      hint: 'Paths start at the directory of the package file. Ignored files do not count, nor what is not committed where it comes from git.',
    },
  )
}

/** What names a path within the package, and the path; sorted as written. */
function placesOf(item: NativePackage): readonly (readonly [what: string, path: string])[] {
  const inVariables = (where: string, variables: PackageVariables): (readonly [string, string])[] =>
    Object.entries(variables).flatMap(([name, value]) =>
      typeof value === 'string' ? [] : [[`${where}variable \`${name}\``, value.path] as const],
    )
  const parts = [item, ...SYSTEMS.map((system) => packagePart(item, system))]
  const places = [
    ...parts.flatMap((part) => [
      ...Object.entries(part.commands).map(([name, path]) => [`command \`${name}\``, path] as const),
      ...inVariables('', part.variables),
    ]),
    ...Object.values(item.files).map((path) => ['files', path] as const),
    ...Object.entries(item.services).flatMap(([name, { variables }]) =>
      inVariables(`service \`${name}\`, `, variables),
    ),
  ]
  return [...new Map(places.map((place) => [place.join('\n'), place])).values()]
}

function isThere(tree: TreeDirectory, path: string): boolean {
  let node: TreeNode = tree
  for (const part of path.split('/')) {
    if (node.kind === 'symlink') return true
    const next: TreeNode | undefined = node.kind === 'directory' ? node.entries.get(part) : undefined
    if (next === undefined) return false
    node = next
  }
  return true
}
