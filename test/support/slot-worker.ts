// The worker of slots.test.ts.

import { serveSlots } from '../../src/host/slots.ts'
import { type NumberJob, writeNumber } from './slot-job.ts'

serveSlots((job: NumberJob, slot) => {
  if (job.fault === 'throw') throw Object.assign(new Error(`cannot do ${job.number}`), { code: 'EIO' })
  if (job.fault === 'exit') process.exit(3)
  return writeNumber(job, slot)
})
