/** What discovery tells an observer. */
export type DiscoveryEvent =
  | { readonly type: 'registry_connected' }
  | { readonly type: 'registry_lost'; readonly reason: string }
  | { readonly type: 'instances_changed'; readonly service: string; readonly count: number }
  | { readonly type: 'registered'; readonly service: string; readonly instanceId: string }
  | { readonly type: 'registration_forgotten'; readonly service: string; readonly instanceId: string }
  | { readonly type: 'registration_failed'; readonly service: string; readonly reason: string }
  | { readonly type: 'routes_refused'; readonly service: string; readonly reason: string }
  | { readonly type: 'left'; readonly service: string; readonly instanceId: string }

/** Hears what discovery does, synchronously: it must be quick and must not throw. */
export interface DiscoveryObserver {
  readonly onEvent: (event: DiscoveryEvent) => void
}

/** What went wrong, in one line without a stack. */
export function reasonOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : String(error)
}
