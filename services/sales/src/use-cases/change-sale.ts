import type { Handler, RefusalCode } from '@stoa/contract'
import type { SalesService } from '@stoa/contracts/sales/service'
import type { Outcome } from '@stoa/eventsourcing'
import type { Deps } from '../deps.ts'
import type { SaleRefusal } from '../domain/decide-sale.ts'
import type { SaleEvent, SaleState } from '../domain/sale.ts'
import { toMilliseconds } from '../domain/time.ts'
import { record } from './record.ts'

export const createSale =
  (deps: Deps): Handler<SalesService, 'createSale'> =>
  async ({ body, caller, calls, key, refuse, commit }) => {
    const { variants } = await calls.inventory.getVariants({ skus: [...new Set(body.lines.map(({ sku }) => sku))] })
    const forSale = variants.filter(({ status }) => status === 'active').map(({ sku }) => sku)
    return commit(async (tx) => {
      const id = deps.newId()
      const at = toMilliseconds(deps.clock.now())
      const mayDiscount = caller.can('sale:discount')
      const command = { kind: 'sell', at: at.toString(), ...body, mayDiscount, forSale } as const
      const outcome = await record(deps, tx, { id, command, commandId: key ?? id, recordedBy: caller.subject, at })
      const refusal = refusalOf<'createSale'>(outcome)
      return refusal === undefined ? { status: 201, id } : refuse(refusal)
    })
  }

export const voidSale =
  (deps: Deps): Handler<SalesService, 'voidSale'> =>
  async ({ params: { id }, body: { reason, expectedVersion }, caller, key, refuse, commit }) =>
    commit(async (tx) => {
      const at = toMilliseconds(deps.clock.now())
      const command = { kind: 'void', at: at.toString(), reason } as const
      const request = { commandId: commandIdOf('void', caller.subject, key), expectedVersion, at }
      const outcome = await record(deps, tx, { id, command, ...request, recordedBy: caller.subject })
      const refusal = refusalOf<'voidSale'>(outcome)
      return refusal === undefined ? { status: 200, id } : refuse(refusal)
    })

export const returnSale =
  (deps: Deps): Handler<SalesService, 'returnSale'> =>
  async ({ params: { id }, body: { lines, reason, expectedVersion }, caller, key, refuse, commit }) =>
    commit(async (tx) => {
      const at = toMilliseconds(deps.clock.now())
      const command = { kind: 'return', at: at.toString(), lines, reason } as const
      const request = { commandId: commandIdOf('return', caller.subject, key), expectedVersion, at }
      const outcome = await record(deps, tx, { id, command, ...request, recordedBy: caller.subject })
      const refusal = refusalOf<'returnSale'>(outcome)
      return refusal === undefined ? { status: 200, id } : refuse(refusal)
    })

/** Keys of clients are unique for one operation and account only. */
function commandIdOf(operation: 'void' | 'return', subject: string, key: string | undefined): string {
  return `${operation} ${subject} ${key}`
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
