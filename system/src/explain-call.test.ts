import { expect, test } from 'vitest'
import { explainCall } from './explain-call.ts'
import { loadSystem } from './load-system.ts'

const { services } = await loadSystem('shop')
const explain = (caller: string, callee: string, action: string) => explainCall(services, { caller, callee, action })

test.each(['reserve', 'Reserve', 'stoa.inventory.v1.InventoryRpc/Reserve'])(
  'order may call %s of inventory, which it declares',
  (action) => {
    expect(explain('order', 'inventory', action)).toMatchObject({
      isAllowed: true,
      method: 'stoa.inventory.v1.InventoryRpc/Reserve',
      reason: 'the contract of order declares it: calls.inventory has reserve',
    })
  },
)

test('search may not call what only others declare, and learns who does', () => {
  const { isAllowed, reason, declaredBy } = explain('search', 'inventory', 'reserve')
  expect(isAllowed).toBe(false)
  expect(reason).toBe('the contract of search does not declare it: calls.inventory does not have reserve')
  expect(declaredBy).toContain('order')
  expect(declaredBy).not.toContain('search')
})

test('the gateway has no contract, and calls nothing by RPC', () => {
  expect(explain('gateway', 'inventory', 'reserve')).toMatchObject({ isAllowed: false })
})

interface DeclaredCalls {
  readonly service: { readonly methods: readonly { readonly localName: string }[] }
  readonly methods: readonly string[]
}

test('every declared call of the shop is allowed, and no other call of its service is', () => {
  const decisions = services.flatMap(({ name, contract }) =>
    Object.entries(contract?.calls ?? {}).flatMap(([callee, picked]) => {
      const { service, methods } = picked as unknown as DeclaredCalls
      return service.methods.map(({ localName }) => ({
        isDeclared: methods.includes(localName),
        isPublic: explain(name, callee, localName).reason.includes('public'),
        isAllowed: explain(name, callee, localName).isAllowed,
      }))
    }),
  )
  expect(decisions.filter(({ isAllowed, isDeclared, isPublic }) => isAllowed !== (isDeclared || isPublic))).toEqual([])
  expect(decisions.filter(({ isDeclared }) => isDeclared).length).toBeGreaterThan(20)
})

test('names what is not there, with what is', () => {
  expect(() => explain('ordr', 'inventory', 'reserve')).toThrow(/no service ordr .* order,/)
  expect(() => explain('order', 'inventory', 'reserv')).toThrow(/no RPC method reserv; its methods: .*reserve/)
  expect(() => explain('order', 'gateway', 'x')).toThrow('it has none')
})
