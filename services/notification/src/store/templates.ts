import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { NotificationKind, Template } from '@stoa/contracts/notification/resources'
import type { DefaultTemplate } from '../domain/default-templates.ts'
import type { Wording } from '../domain/template.ts'

/** A template is named by its kind and language. */
export const templateId = (kind: NotificationKind, locale: string) => `${kind}.${locale}`

/** The newest version of a template. */
export async function findTemplate(db: ReadHandle, id: string): Promise<Template | undefined> {
  const [row] = await db.sql<Template>`
    select id, kind, locale, subject, body, version from templates where id = ${id} order by version desc limit 1`
  return row
}

/** Returns the template of a kind in a language, or the English one if it is not translated. */
export async function findWords(db: ReadHandle, kind: NotificationKind, locale: string): Promise<Template | undefined> {
  const [language = 'en'] = locale.split('-')
  const wanted = [templateId(kind, locale), templateId(kind, language), templateId(kind, 'en')]
  const [row] = await db.sql<Template>`
    select id, kind, locale, subject, body, version from templates where id = any (${wanted})
     order by array_position(${wanted}::text[], id), version desc limit 1`
  return row
}

/** The newest version of each template after an id. */
export function listTemplates(db: ReadHandle, afterId: string, limit: number): Promise<Template[]> {
  return db.sql<Template>`
    select distinct on (id) id, kind, locale, subject, body, version from templates
     where id > ${afterId} order by id, version desc limit ${limit}`
}

/** Locks a template and reads its newest version; undefined for an unknown one. */
export async function lockTemplate(tx: WriteHandle, id: string): Promise<Template | undefined> {
  // the first version always exists; the newest one is read under the lock
  await tx.sql`select 1 from templates where id = ${id} and version = 1 for update`
  return findTemplate(tx, id)
}

/** Adds the next version of a locked template. */
export async function addVersion(
  tx: WriteHandle,
  known: Template,
  { subject, body }: Wording,
  at: Temporal.Instant,
): Promise<void> {
  await tx.sql`
    insert into templates (id, version, kind, locale, subject, body, at)
    values (${known.id}, ${known.version + 1}, ${known.kind}, ${known.locale}, ${subject}, ${body}, ${at})`
}

/** Inserts missing templates. */
export async function addMissing(
  tx: WriteHandle,
  templates: readonly DefaultTemplate[],
  at: Temporal.Instant,
): Promise<void> {
  const column = (pick: (each: DefaultTemplate) => string) => templates.map(pick)
  await tx.sql`
    insert into templates (id, version, kind, locale, subject, body, at)
    select kind || '.' || locale, 1, kind, locale, subject, body, ${at}
      from unnest(${column(({ kind }) => kind)}::text[], ${column(({ locale }) => locale)}::text[],
                  ${column(({ subject }) => subject)}::text[], ${column(({ body }) => body)}::text[])
           as given (kind, locale, subject, body)
    on conflict do nothing`
}
