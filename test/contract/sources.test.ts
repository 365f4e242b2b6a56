// The table of sources against what a lock can hold.

import { expect, test } from 'vitest'
import { LOCKED_SOURCES } from '../../src/core/environment.ts'
import { type SourceWorld, useSourceWorld } from '../support/source-world.ts'

let world: SourceWorld
useSourceWorld((made) => {
  world = made.world
})

test('S-3.2 a lock can hold packages of every source that there is, and of no other', () => {
  expect(world.sources.map((source) => source.name).sort()).toEqual([...LOCKED_SOURCES])
})
