// The name of a file at an address: the last part of its path, made safe for a tree. What a server calls it does not count, since that may
// change without the file.

const MAX_LENGTH = 150

/** True for what is a file of the workspace, as packages of a registry or a directory there may name it: `./files/model.gguf`. */
export function isFilePath(url: string): boolean {
  return url.startsWith('./')
}

export function fileNameOf(url: string): string {
  const path = isFilePath(url) ? url : new URL(url).pathname
  const last = path.split('/').findLast((part) => part !== '') ?? ''
  const name = decode(last)
    .replace(/[^A-Za-z0-9._+=-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(-MAX_LENGTH)
    .replace(/^[.-]+/, '')
  return name === '' ? 'file' : name
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
