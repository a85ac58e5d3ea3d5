import type { Calls, Handler } from '@stoa/contract'
import type { SupportService } from '@stoa/contracts/support/service'
import { isAppError } from '@stoa/kernel'
import { readPageById, requireVersion } from '@stoa/service'
import type { Deps } from '../deps.ts'
import { fillIn, isReadable, variablesOf } from '../domain/macro.ts'
import * as store from '../store/macros.ts'
import { findTicket } from '../store/tickets.ts'
import { noTicket } from './read-tickets.ts'

function noMacro(id: string) {
  return { code: 'support.macro_not_found', detail: `The macro ${id} does not exist.` } as const
}

const unreadable = {
  code: 'support.macro_invalid',
  detail: 'A placeholder of the text is not closed, or does not name a variable.',
  fields: [{ pointer: '/text', detail: 'has a placeholder that is not a variable' }],
} as const

export const createMacro =
  ({ clock, newId }: Deps): Handler<SupportService, 'createMacro'> =>
  async ({ body, refuse, commit }) => {
    if (!isReadable(body.text)) return refuse(unreadable)
    return commit(async (tx) => {
      const id = newId()
      await store.insertMacro(tx, { ...body, id, at: clock.now() })
      return { status: 201, id }
    })
  }

export const replaceMacro =
  ({ clock }: Deps): Handler<SupportService, 'replaceMacro'> =>
  async ({ params: { id }, body, expectedVersion, refuse, commit }) => {
    if (!isReadable(body.text)) return refuse(unreadable)
    return commit(async (tx) => {
      const macro = await store.lockMacro(tx, id)
      if (macro === undefined) return refuse(noMacro(id))
      requireVersion(expectedVersion, macro, 'macro')
      await store.updateMacro(tx, id, body, clock.now())
      return { status: 200, id }
    })
  }

export const deleteMacro: Handler<SupportService, 'deleteMacro'> = async ({
  params: { id },
  expectedVersion,
  refuse,
  commit,
}) =>
  commit(async (tx) => {
    const macro = await store.lockMacro(tx, id)
    if (macro === undefined) return refuse(noMacro(id))
    requireVersion(expectedVersion, macro, 'macro')
    await store.deleteMacro(tx, id)
    return { status: 204 }
  })

export const getMacro: Handler<SupportService, 'getMacro'> = async ({ params: { id }, db, refuse }) => {
  const macro = await store.findMacro(db, id)
  return macro === undefined ? refuse(noMacro(id)) : { status: 200, body: macro.resource, version: macro.version }
}

export const listMacros: Handler<SupportService, 'listMacros'> = async ({ query: { locale, ...page }, db }) => ({
  status: 200,
  body: await readPageById(page, (afterId, limit) => store.listMacros(db, { locale, afterId, limit })),
})

export const renderMacro: Handler<SupportService, 'renderMacro'> = async ({
  params: { id },
  body: { ticketId, variables = {} },
  calls,
  db,
  refuse,
}) => {
  const [macro, ticket] = await Promise.all([store.findMacro(db, id), findTicket(db, ticketId)])
  if (macro === undefined) return refuse(noMacro(id))
  if (ticket === undefined) return refuse(noTicket(ticketId))
  const { text } = macro.resource
  const customerName = variablesOf(text).includes('customerName') ? await findName(calls, ticket.customerId) : undefined
  const { number: ticketNumber, subject, orderNumber } = ticket
  const filled = fillIn(text, { customerName, ticketNumber, subject, orderNumber, ...variables })
  if ('text' in filled) return { status: 200, body: filled }
  const fields = [{ pointer: `/variables/${filled.missing}`, detail: 'has no value' }]
  return refuse('support.variable_missing', `The variable ${filled.missing} has no value.`, { fields })
}

/** The name of the customer; undefined if the account has none that is verified, or is erased. */
async function findName(calls: Calls<SupportService['calls']>, userId: string): Promise<string | undefined> {
  try {
    const { name } = await calls.user.getContact({ userId })
    return name === '' ? undefined : name
  } catch (error) {
    if (isAppError(error, 'user.not_found')) return undefined
    throw error
  }
}
