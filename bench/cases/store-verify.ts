// Checking every byte of a store.

import { aimMemory, aimRatio, type Case } from '../case.ts'
import { NixRoot } from '../nix.ts'
import { addDirectories, storeVerb } from '../tenon.ts'
import { moduleDirectories, nodeModules } from '../trees.ts'

const VERIFY = 'tenon store verify'
const NIX_VERIFY = 'nix-store --verify --check-contents'

const verify: Case = {
  name: 'store-verify',
  title: 'check the contents of a store that has every package of a real node_modules',
  rounds: 7,
  heavy: true,
  warmUp: true,
  aims: [aimRatio(VERIFY, NIX_VERIFY, 0.6), aimMemory(VERIFY)],
  about: (lab) => `${moduleDirectories(lab).length} objects: ${nodeModules(lab).about}`,
  contenders: (lab) => [
    {
      name: VERIFY,
      prepare: () => {
        const store = `${lab.fresh('verify')}/store`
        addDirectories(lab, store, moduleDirectories(lab))
        const command = storeVerb(lab, store, ['verify'])
        return () => lab.timeAndMemory(command)
      },
    },
    {
      name: NIX_VERIFY,
      prepare: () => {
        const root = new NixRoot(lab, 'verify-nix')
        lab.run(root.command(['nix-store', '--add', ...moduleDirectories(lab)]))
        const command = root.command(['nix-store', '--verify', '--check-contents'])
        return () => lab.timeAndMemory(command)
      },
    },
  ],
}

export const VERIFYING: readonly Case[] = [verify]
