// Verbs of the store about trees that are not in it yet, or leave it.

import { resolve } from 'node:path'
import type { Command } from 'commander'
import { type Integrity, parseIntegrity, printBase32 } from '../core/digest.ts'
import { ToolError } from '../core/errors.ts'
import type { Json } from '../core/json.ts'
import { toStoreName } from '../core/store-path.ts'
import { writeNow } from '../host/output.ts'
import { addPaths } from '../store/add-paths.ts'
import { optimiseStore } from '../store/optimise.ts'
import type { StoreObject } from '../store/records.ts'
import { restoreTree } from '../store/restore.ts'
import { dumpTree, hashTree } from '../store/tree-reader.ts'
import { type Act, examples, isText } from './commands-environment.ts'
import { printBytes } from './progress.ts'
import { existingPath, useStore } from './store-access.ts'
import { countOf } from './text.ts'

export function addTreeVerbs(store: Command, act: Act): void {
  act(
    store
      .command('add')
      .summary('add files or directories')
      .argument('<path...>')
      .option('--name <name>', 'its name in the store, when there is one path')
      .addHelpText(
        'after',
        examples('tenon store add ./model', 'tenon store add ./tool --name tool-1.0', 'tenon store add packages/*'),
      ),
    async (session, args, options) => {
      const paths = args.filter(isText).map((path) => existingPath(session, path))
      const given = options['name']
      if (typeof given === 'string' && paths.length > 1) {
        throw new ToolError('E_USAGE', '`--name` is for one path.', { details: { paths: paths.length } })
      }
      const items = paths.map((path) => ({
        name: toStoreName(typeof given === 'string' ? given : (path.split('/').pop() ?? '')),
        path,
      }))
      const objects = await useStore(session, 'shared', (opened) => addPaths(opened, items, session.signal))
      const [first] = objects
      session.print(
        objects.length === 1 && first !== undefined ? printObject(first) : objects.map(printObject),
        objects.map((object) => object.path).join('\n'),
      )
    },
  )

  act(
    store
      .command('hash')
      .summary('the NAR hash of a file or directory, as Nix computes it')
      .argument('<path>')
      .option('--format <format>', 'sri, hex or base32', 'sri')
      .addHelpText('after', examples('tenon store hash ./src', 'tenon store hash ./src --format base32')),
    async (session, [path], options) => {
      const place = existingPath(session, path as string)
      const { integrity: narHash } = await hashTree(session.host, place, session.signal)
      session.print({ narHash }, formatHash(narHash, String(options['format'])))
    },
  )

  act(
    store
      .command('dump')
      .summary('write the NAR of a file or directory to standard output')
      .argument('<path>')
      .addHelpText(
        'after',
        examples('tenon store dump ./src > src.nar', 'tenon store dump ./src | nix-store --restore copy'),
      ),
    async (session, [path]) => {
      const place = existingPath(session, path as string)
      let hasReader = true
      const write = (chunk: Uint8Array): void => {
        if (hasReader) hasReader = writeNow(1, chunk)
      }
      await dumpTree(session.host, place, write, session.signal)
    },
  )

  act(
    store
      .command('restore')
      .summary('make the tree of a NAR on standard input')
      .argument('<path>', 'where nothing is yet')
      .addHelpText(
        'after',
        examples('tenon store restore ./src < src.nar', 'nix-store --dump src | tenon store restore copy'),
      ),
    async (session, [path]) => {
      const place = resolve(session.config.cwd, path as string)
      const { integrity: narHash, size: narSize } = await restoreTree(
        session.host,
        place,
        process.stdin,
        session.signal,
      )
      session.print({ path: place, narHash, narSize }, narHash)
    },
  )

  act(
    store
      .command('optimise')
      .summary('make equal files of all objects one, to free space')
      .addHelpText('after', examples('tenon store optimise')),
    async (session) => {
      const { signal, progress } = session
      const result = await useStore(session, 'exclusive', (opened) =>
        optimiseStore(opened, {
          signal,
          onObject: (done, total) => progress.report({ kind: 'progress', stage: 'optimise', done, total, bytes: 0 }),
        }),
      )
      const { files, linked, freedBytes } = result
      session.print(
        { files, linked, freedBytes },
        `${linked} of ${countOf(files, 'file')} became names of equal ones, ${printBytes(freedBytes)} freed`,
      )
    },
  )
}

function printObject({ path, narHash, references }: StoreObject): Json {
  return { storePath: path, narHash, references: [...references] }
}

function formatHash(narHash: Integrity, format: string): string {
  const raw = parseIntegrity(narHash)?.raw ?? Buffer.alloc(0)
  if (format === 'sri') return narHash
  if (format === 'hex') return raw.toString('hex')
  if (format === 'base32') return printBase32(raw)
  throw new ToolError('E_USAGE', `\`${format}\` is not a hash format.`, { hint: 'Use sri, hex or base32.' })
}
