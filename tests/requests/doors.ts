/** Where a running system takes requests. */
export interface Doors {
  readonly gatewayUrl: string
  /** Where the processes of each service listen themselves. */
  readonly serviceUrls: Readonly<Record<string, readonly string[]>>
  /** By service: what it gets its tokens with. */
  readonly clientSecrets: Readonly<Record<string, string>>
}

let chosen: Doors | undefined

/** Chooses the system that all requests of this process go to. */
export function goTo(doors: Doors): void {
  chosen = doors
}

/** The system that was chosen. @throws when none was */
export function doors(): Doors {
  if (chosen === undefined) throw new Error('say with goTo which system the requests go to')
  return chosen
}
