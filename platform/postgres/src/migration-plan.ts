import { createHash } from 'node:crypto'
import { StartError } from '@stoa/kernel'
import type { AppliedMigration, Migration, MigrationSet } from './migrate.ts'

/** A migration as `schema_migrations` has it. */
export interface Recorded extends AppliedMigration {
  readonly checksum: string
  /** The earlier migration of the same set whose expansion it completes: what that one made needless is gone. */
  readonly contracts: string | null
}

/** A migration that a database lacks. */
export interface Pending extends Recorded {
  readonly sql: string
}

/**
 * The migrations that a database lacks, in order. Newer ones in the database are left alone: an older release may run beside a newer one.
 * @throws StartError when what is applied contradicts the files, or when a newer release has removed what this one uses
 */
export function pendingOf(sets: readonly MigrationSet[], recorded: readonly Recorded[]): Pending[] {
  return sets.flatMap((set) => {
    const ofSet = recorded.filter((row) => row.set === set.name)
    refuseUnknown(set, ofSet)
    return lackingOf(set, ofSet)
  })
}

/** What is applied and has no file: missing files of this release, and migrations of newer ones that it cannot bear. */
function refuseUnknown({ name: set, migrations }: MigrationSet, recorded: readonly Recorded[]): void {
  const known = new Set(migrations.map(({ name }) => name))
  // A number above that of the last file belongs to a newer release beside this one.
  const last = numberOf(migrations.at(-1)?.name ?? '')
  for (const { name, contracts } of recorded) {
    if (known.has(name)) continue
    if (numberOf(name) <= last)
      throw new StartError(`migration ${set}/${name} was applied and its file is missing: restore it`)
    if (contracts !== null && !known.has(contracts))
      throw new StartError(
        `migration ${set}/${name} of a newer release has removed what this release uses: start a release that has ${set}/${contracts}, or restore a backup`,
      )
  }
}

function lackingOf({ name: set, migrations }: MigrationSet, recorded: readonly Recorded[]): Pending[] {
  const applied = new Map(recorded.map((row) => [row.name, row.checksum]))
  const newest = migrations.findLast(({ name }) => applied.has(name))?.name ?? ''
  return migrations.flatMap(({ name, sql }) => {
    const checksum = checksumOf(sql)
    const before = applied.get(name)
    if (before === checksum) return []
    if (before !== undefined) {
      throw new StartError(
        `migration ${set}/${name} was changed after it was applied: restore it, and write the change as a new one`,
      )
    }
    if (name < newest)
      throw new StartError(`migration ${set}/${name} comes after ${newest}, which is applied: give it a higher number`)
    return [{ set, name, sql, checksum, contracts: contractedBy({ name, sql }) }]
  })
}

/** The expansion that a migration completes, which it names in a comment: `-- contracts 0007-add-method: reason`. */
function contractedBy({ sql }: Migration): string | null {
  return /^-- contracts (\S+): .+$/m.exec(sql)?.[1] ?? null
}

function checksumOf(sql: string): string {
  // A checkout with other line ends is the same migration.
  return createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex')
}

function numberOf(name: string): string {
  return name.split('-', 1)[0]!
}
