// Gives a profile many generations: repeats its first two, through the code that commits generations, until there are COUNT.
// usage: node grow-profile.ts PROFILE COUNT

import { realpathSync } from 'node:fs'
import { Profile } from '../src/profile/profile.ts'
import { UnsyncedHost } from './unsynced-host.ts'

const [directory = '', count = ''] = process.argv.slice(2)
const profile = new Profile(new UnsyncedHost(), realpathSync(directory), 'app')
while (profile.lastNumber() < Number(count)) {
  const { storePath, narHash, lock, links } = profile.get((profile.lastNumber() % 2) + 1)
  profile.commit({ storePath, narHash, lock, links, reason: 'bench' })
}
