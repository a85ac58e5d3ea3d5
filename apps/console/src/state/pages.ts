/** A page of the navigation. */
export interface ConsolePage {
  readonly title: string
  readonly to:
    | '/'
    | '/orders'
    | '/reports'
    | '/tickets'
    | '/chats'
    | '/sagas'
    | '/events'
    | '/dead-letters'
    | '/traces'
    | '/logs'
    | '/alerts'
    | '/service-levels'
    | '/audit'
  readonly group: '' | 'Sell' | 'Run' | 'Observe' | 'Trust'
  /** The permission without which it shows nothing. */
  readonly permission: string
}

/** All pages, in the order of the navigation. */
export const consolePages: readonly ConsolePage[] = [
  { title: 'Overview', to: '/', group: '', permission: 'ops' },
  { title: 'Orders', to: '/orders', group: 'Sell', permission: 'order:read:any' },
  { title: 'Reports', to: '/reports', group: 'Sell', permission: 'report:read' },
  { title: 'Tickets', to: '/tickets', group: 'Sell', permission: 'ticket:read:any' },
  { title: 'Chats', to: '/chats', group: 'Sell', permission: 'chat:read:any' },
  { title: 'Sagas', to: '/sagas', group: 'Run', permission: 'ops' },
  { title: 'Events', to: '/events', group: 'Run', permission: 'ops' },
  { title: 'Dead letters', to: '/dead-letters', group: 'Run', permission: 'ops' },
  { title: 'Traces', to: '/traces', group: 'Observe', permission: 'ops' },
  { title: 'Logs', to: '/logs', group: 'Observe', permission: 'telemetry:read' },
  { title: 'Alerts', to: '/alerts', group: 'Observe', permission: 'alert:read' },
  { title: 'Service levels', to: '/service-levels', group: 'Observe', permission: 'alert:read' },
  { title: 'Audit', to: '/audit', group: 'Trust', permission: 'audit:read' },
]

/** The pages that show something to an account with these permissions, by group. */
export function pagesFor(permissions: readonly string[]): Map<string, ConsolePage[]> {
  return Map.groupBy(
    consolePages.filter(({ permission }) => permissions.includes(permission)),
    ({ group }) => group,
  )
}

/** What a text that was pasted into the palette is the id of. */
export function pageOfId(text: string): { readonly to: string; readonly what: string } | undefined {
  const id = text.trim()
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/
  if (/^[0-9a-f]{32}$/.test(id)) return { to: `/traces/${id}`, what: 'trace' }
  if (uuid.test(id)) return { to: `/orders/${id}`, what: 'order' }
  const [type = '', key = ''] = id.split(':')
  if (/^[a-z-]+$/.test(type) && uuid.test(key)) return { to: `/sagas/${id}`, what: 'saga' }
  return undefined
}
