import type { Database } from '@stoa/postgres'

/** A login role that works with the log as one service. */
export interface EnrolledRole {
  readonly role: string
  readonly service: string
}

/**
 * Lets login roles work with a migrated log, each as one service: it reads all events, appends to the service's topic under the
 * service's source, and writes the positions of the service's consumer group. Only the log's owner can; idempotent.
 */
export async function enrolRoles(database: Database, roles: readonly EnrolledRole[]): Promise<void> {
  await database.transaction(
    ({ sql }) => sql`
      select event_log_enrol(role, service)
      from unnest(${roles.map(({ role }) => role)}::name[], ${roles.map(({ service }) => service)}::text[]) as r(role, service)`,
  )
}
