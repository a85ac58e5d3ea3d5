import { serveEndpoints } from '@stoa/contract'
import type { Part } from '@stoa/kernel/part'
import type { Database } from '@stoa/postgres'
import { chainStart, type ChainHead, type ChainLink } from '@stoa/security'
import type { Logger } from '@stoa/telemetry'
import { deleteOldAddresses } from './addresses.ts'
import { onAppended } from './appended-signal.ts'
import { auditEndpoints } from './endpoints.ts'
import type { AuditSource } from './entry.ts'
import { pruneAudit } from './prune.ts'
import { sealWaiting, type FindErased } from './seal.ts'
import { verifyAudit } from './verify.ts'
import type { Witness } from './witness.ts'

/** What the audit trail of a service works with. */
export interface AuditPartOptions {
  readonly database: Database
  readonly source: AuditSource
  readonly findErased: FindErased
  readonly witness: Witness | undefined
  readonly retentionDays: number
  readonly addressDays: number
  readonly logger: Logger
  /** Milliseconds after an entry until it is sealed; 1,000 by default. */
  readonly sealAfterMs?: number
  /** Milliseconds between two looks for entries that another process has left; 10,000 by default. */
  readonly pollMs?: number
}

const pruneEveryMs = 3_600_000
const witnessEveryMs = 10_000

/** The part that seals entries into the chain, notes its heads at the witness, and removes what has outlived its retention. */
export function auditPart(options: AuditPartOptions): Part {
  const { source, logger, sealAfterMs = 1_000, pollMs = 10_000 } = options
  const timers = new Set<NodeJS.Timeout>()
  let isScheduled = false
  let working: Promise<void> = Promise.resolve()
  let stopListening = () => {}
  const note = headNoter(options, () => schedule(witnessEveryMs))

  async function seal(): Promise<void> {
    for (;;) {
      const sealed = await sealWaiting(options)
      if (sealed === undefined) return
      if (!sealed.hasMore) return note(sealed.head)
    }
  }

  function work(): Promise<void> {
    working = working.then(seal).catch((error: unknown) => {
      logger.warn('audit entries were not sealed; they wait', { error })
    })
    return working
  }

  function schedule(afterMs: number): void {
    if (isScheduled) return
    isScheduled = true
    const timer = setTimeout(() => {
      isScheduled = false
      timers.delete(timer)
      void work()
    }, afterMs)
    timers.add(timer)
    timer.unref()
  }

  return {
    name: 'audit trail',
    start() {
      stopListening = onAppended(source.service, () => schedule(sealAfterMs))
      const polling = setInterval(() => void work(), pollMs).unref()
      const pruning = setInterval(
        () =>
          void prune(options).catch((error: unknown) => logger.warn('old audit entries were not removed', { error })),
        pruneEveryMs,
      ).unref()
      timers.add(polling).add(pruning)
    },
    async stop() {
      stopListening()
      for (const timer of timers) clearTimeout(timer)
      isScheduled = true
      await work()
    },
    admin: adminOf(options),
  }
}

/** Makes the function that notes a head at the witness, or asks to be called later if it has noted one just now. */
function headNoter({ source, witness, logger }: AuditPartOptions, later: () => void) {
  let noted = 0
  let notedAtMs = -Infinity
  return async (head: ChainHead): Promise<void> => {
    if (witness === undefined || head.sequence === noted || head.sequence === 0) return
    if (performance.now() - notedAtMs < witnessEveryMs) return later()
    const known = await witness.note(source.service, head)
    if (known !== head.hash) {
      logger.error('the audit trail was rewritten: its head is not the one that was noted', { sequence: head.sequence })
    }
    noted = head.sequence
    notedAtMs = performance.now()
  }
}

async function prune(options: AuditPartOptions): Promise<void> {
  const { database, source, witness, logger, retentionDays: days, addressDays } = options
  await database.transaction((tx) => deleteOldAddresses(tx, addressDays))
  if (witness === undefined) return
  const pruning = { database, service: source.service, witness, days, now: source.clock.now() }
  for (;;) {
    const removed = await pruneAudit(pruning)
    if (removed === 0) return
    logger.info('old audit entries were removed', { removed })
  }
}

function adminOf({ database, source, witness, retentionDays }: AuditPartOptions) {
  const { service, clock } = source
  return serveEndpoints(auditEndpoints, {
    verifyAudit: async () => {
      const found = await verifyAudit({ database, service, witness, retentionDays, now: clock.now() })
      const { witnessed, faults, ...verification } = found
      return { ...verification, faults: [...faults], ...(witnessed === undefined ? {} : { witnessed }) }
    },
    exportAudit: async ({ query: { after = 0, limit = 1_000 } }) => {
      const { sql } = database.read
      const [anchor] = await sql<ChainHead>`select sequence, hash from audit_anchor order by sequence desc limit 1`
      const items = await sql<ChainLink>`
        select sequence, text, hash from audit_chain where sequence > ${after} order by sequence limit ${limit}`
      return { items, start: anchor ?? chainStart(service) }
    },
    listHeads: async ({ query }) =>
      witness === undefined
        ? undefined
        : { items: [...(await witness.heads(query.service, query.after ?? 0, query.limit ?? 1_000))] },
  })
}
