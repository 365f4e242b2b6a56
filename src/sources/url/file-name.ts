// The name of a file at an address: the last part of its path, made safe for a tree. What a server calls it does not count, since that may
// change without the file.

const MAX_LENGTH = 150

export function fileNameOf(url: string): string {
  const last = new URL(url).pathname.split('/').findLast((part) => part !== '') ?? ''
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
