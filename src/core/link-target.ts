// Whether a symlink stays inside the tree that it is part of. Pure: nobody looks where it leads.

/**
 * `name` is the link's path in the tree. The directories on the way to it must be real, so leading `..` are exact; later ones could pass
 * through other links and are refused.
 */
export function staysInside(name: string, target: string): boolean {
  const parts = target.split('/')
  const down = parts.findIndex((part) => part !== '..' && part !== '.')
  const ups = parts.slice(0, down === -1 ? parts.length : down).filter((part) => part === '..').length
  const rest = down === -1 ? [] : parts.slice(down)
  return target !== '' && !target.startsWith('/') && !rest.includes('..') && ups < name.split('/').length
}
