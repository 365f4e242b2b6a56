// Node's threads, loaded when they are first used: that takes as long as much of what a verb does, and most verbs need none.

export function threads(): typeof import('node:worker_threads') {
  return process.getBuiltinModule('node:worker_threads')
}
