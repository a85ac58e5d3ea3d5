import type { Handler, RefusalCode } from '@stoa/contract'
import type { SalesService } from '@stoa/contracts/sales/service'
import type { Outcome } from '@stoa/eventsourcing'
import type { Deps } from '../deps.ts'
import type { SaleRefusal } from '../domain/decide-sale.ts'
import type { SaleEvent, SaleState } from '../domain/sale.ts'
import { record } from './record.ts'

export const createSale =
  (deps: Deps): Handler<SalesService, 'createSale'> =>
  async ({ body, caller, calls, key, refuse, commit }) => {
    const { variants } = await calls.inventory.getVariants({ skus: [...new Set(body.lines.map(({ sku }) => sku))] })
    const forSale = variants.filter(({ status }) => status === 'active').map(({ sku }) => sku)
    return commit(async (tx) => {
      const id = deps.newId()
      const at = deps.clock.now().toString()
      const command = { kind: 'sell', at, ...body, mayDiscount: caller.can('sale:discount'), forSale } as const
      const outcome = await record(deps, tx, { id, command, commandId: key ?? id, recordedBy: caller.subject })
      const refusal = refusalOf<'createSale'>(outcome)
      return refusal === undefined ? { status: 201, id } : refuse(refusal)
    })
  }

export const voidSale =
  (deps: Deps): Handler<SalesService, 'voidSale'> =>
  async ({ params: { id }, body: { reason, expectedVersion }, caller, key, refuse, commit }) =>
    commit(async (tx) => {
      const command = { kind: 'void', at: deps.clock.now().toString(), reason } as const
      const commandId = commandIdOf(caller.subject, key)
      const outcome = await record(deps, tx, { id, command, commandId, expectedVersion, recordedBy: caller.subject })
      const refusal = refusalOf<'voidSale'>(outcome)
      return refusal === undefined ? { status: 200, id } : refuse(refusal)
    })

export const returnSale =
  (deps: Deps): Handler<SalesService, 'returnSale'> =>
  async ({ params: { id }, body: { lines, reason, expectedVersion }, caller, key, refuse, commit }) =>
    commit(async (tx) => {
      const command = { kind: 'return', at: deps.clock.now().toString(), lines, reason } as const
      const commandId = commandIdOf(caller.subject, key)
      const outcome = await record(deps, tx, { id, command, commandId, expectedVersion, recordedBy: caller.subject })
      const refusal = refusalOf<'returnSale'>(outcome)
      return refusal === undefined ? { status: 200, id } : refuse(refusal)
    })

/** Keys of clients are unique for one account only. */
function commandIdOf(subject: string, key: string | undefined): string {
  return `${subject} ${key}`
}

interface RefusalOf<Name extends keyof SalesService['operations']> {
  readonly code: RefusalCode<SalesService, Name>
  readonly detail: string
  readonly fields?: NonNullable<SaleRefusal['fields']>
}

/** The refusal of a command, as its operation declares it. */
function refusalOf<Name extends 'createSale' | 'voidSale' | 'returnSale'>(
  outcome: Outcome<SaleState, SaleEvent, SaleRefusal>,
): RefusalOf<Name> | undefined {
  if (outcome.kind === 'done') return undefined
  if (outcome.kind === 'refused') {
    const { code, detail, fields } = outcome
    return { code: code as RefusalCode<SalesService, Name>, detail, ...(fields === undefined ? {} : { fields }) }
  }
  const detail = `The sale has version ${outcome.version}.`
  return { code: 'sales.version_conflict' as RefusalCode<SalesService, Name>, detail }
}
