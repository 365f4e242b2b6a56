// The eight abilities of pAI-OS among the examples: their true dependencies, and what is said of those that cannot be met yet.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { glob } from 'fast-glob'
import { expect, test } from 'vitest'
import { parsePackageFile } from '../../src/core/package-file.ts'
import { packageVersion, registryOf, writeRegistry } from '../support/registry.ts'
import { type SourceWorld, useSourceWorld } from '../support/source-world.ts'

const ABILITIES = join(import.meta.dirname, '../../examples/registry/abilities')

/** Name and version → what its metadata names, but for the files of llamafile. */
const NEEDS: { readonly [ability: string]: readonly string[] } = {
  'airllm 0.1.0': ['airllm@>=2.8', 'mlx@>=0.12'],
  'ansible 0.1.0': ['ansible@>=9.0.0'],
  'aws 0.1.0': ['boto3@>=1.35.0'],
  'beautifulsoup 0.1.0': ['beautifulsoup4@>=4'],
  'beautifulsoup 0.1.1': ['beautifulsoup4@>=4'],
  'chroma 0.1.0': ['chromadb@>=0.5.0'],
  'langchain 0.1.0': [
    'langchain@>=0.2.0',
    'langchain-core@>=0.2.0',
    'langchain-cli@>=0.0.22',
    'langchain-community@>=0.2.0',
    'langchain-experimental@>=0.0.59',
    'langchain-text-splitters@>=0.2.0',
    'langchainhub@>=0.1.16',
    'langchain-openai@>=0.1.7',
    'langchain-chroma@>=0.1.1',
    'langgraph@>=0.0.50',
    'langserve[all,client,server]@>=0.2.0',
    'langsmith@>=0.1.59',
  ],
  'llama_cpp 0.1.0': ['fetch-llama-cpp@>=0.1.0'],
}

let world: SourceWorld
useSourceWorld((made) => {
  world = made.world
})

const files = await glob('*/*/package.yaml', { cwd: ABILITIES, absolute: true })
const packages = files.sort().map((path) => parsePackageFile(readFileSync(path), path))

test('S-12.10 the abilities have the dependencies that pAI-OS names', () => {
  const isFile = (name: string): boolean => name === 'llamafile'
  const needs = packages
    .filter(({ name }) => !isFile(name))
    .map(({ name, version, dependencies }) => [
      `${name} ${version}`,
      dependencies.map(({ text }) => text.replace('pypi:', '')),
    ])
  expect(Object.fromEntries(needs)).toEqual(NEEDS)
  const [llamafile] = packages.filter(({ name }) => isFile(name))
  expect(llamafile?.dependencies.map(({ source }) => source)).toEqual(Array(10).fill('url'))
  expect(llamafile?.dependencies.map(({ constraint }) => constraint !== '')).toEqual([true, ...Array(9).fill(false)])
})

test('S-13.13 asking for one that needs PyPI says that this is what is missing', async () => {
  const versions = packages.map((item) => packageVersion(item.name, item.version, '', { package: item }))
  writeRegistry(join(world.workspace, 'core'), registryOf(versions))
  for (const name of new Set(Object.keys(NEEDS).map((key) => key.split(' ')[0]))) {
    const error = await world.refuse('E_RESOLVE_CONFLICT', [`core:${name}`], { registries: { core: 'core' } })
    expect(String(error.details['explanation'])).toContain('this version of Tenon does not know `pypi:` yet')
  }
})
