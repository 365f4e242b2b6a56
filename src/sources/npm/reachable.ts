// Whether registries answer at all, for those who ask for news: where the network fails, npm's library would give what it heard earlier, without a
// word. Not what they answer.

import { untilStopped } from '../../core/stop.ts'
import type { LockContext } from '../source.ts'
import { type Flat, registryOf } from './config.ts'
import { asToolError } from './errors.ts'

/** Asks each registry once for one of the packages that it is to tell about. @throws ToolError E_SOURCE_UNAVAILABLE, E_CANCELLED */
export async function requireAnswers(
  flat: Flat,
  names: readonly string[],
  { once, signal }: LockContext,
): Promise<void> {
  const { default: fetch } = await import('npm-registry-fetch')
  const asked = new Map(names.map((name) => [registryOf(flat, name), name]))
  await Promise.all(
    [...asked].map(([registry, name]) =>
      once(`npm registry answers: ${registry}`, async () => {
        const address = `${registry}${name.replace('/', '%2f')}`
        try {
          await untilStopped(signal, fetch(address, { ...flat, method: 'HEAD', cache: null, spec: name, signal }))
        } catch (error) {
          // Any answer is one; what it means the request itself will say.
          if (typeof (error as { readonly statusCode?: unknown }).statusCode !== 'number') throw asToolError(error, [])
        }
      }),
    ),
  )
}
