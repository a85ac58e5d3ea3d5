/** When a signing key signs and verifies. */
export interface KeyTimes {
  readonly keyId: string
  readonly createdAt: Temporal.Instant
  readonly signsFrom: Temporal.Instant
  readonly retiresAt: Temporal.Instant | undefined
}

export type KeyState = 'next' | 'active' | 'retired'

/** How long a key is published before it signs, so that every replica and every verifier knows it by then. */
const ANNOUNCED = Temporal.Duration.from({ minutes: 15 })
/** How long a key verifies after it last signed: the longest life of a token, and the skew of clocks. */
const OVERLAP = Temporal.Duration.from({ minutes: 65 })

/** The keys that still verify, the one that signs now first. */
export function orderedKeys<Key extends KeyTimes>(keys: readonly Key[], now: Temporal.Instant): Key[] {
  const live = keys.filter(({ retiresAt }) => retiresAt === undefined || isBefore(now, retiresAt))
  const active = activeKey(live, now)
  return live.toSorted((left, right) => Number(right === active) - Number(left === active) || byAge(right, left))
}

/** What each of the live keys does now. */
export function keyState(key: KeyTimes, keys: readonly KeyTimes[], now: Temporal.Instant): KeyState {
  if (activeKey(keys, now)?.keyId === key.keyId) return 'active'
  return isBefore(now, key.signsFrom) ? 'next' : 'retired'
}

/** Whether it is time for a successor of the youngest key; the first of all is made at the start, not by rotation. */
export function isRotationDue(keys: readonly KeyTimes[], now: Temporal.Instant, rotationDays: number): boolean {
  const youngest = keys.toSorted(byAge).at(-1)
  return youngest !== undefined && !isBefore(now, youngest.signsFrom.add({ hours: rotationDays * 24 }))
}

/** How many keys verify at once at most: all are published together, and every verifier holds them all. */
export const MAX_SIGNING_KEYS = 16

/** Whether another key has to wait until an old one has retired. */
export function isFull(keys: readonly KeyTimes[]): boolean {
  return keys.length >= MAX_SIGNING_KEYS
}

/** When a new key begins to sign, and when the older ones stop verifying; at once when they are compromised. */
export function rotation(now: Temporal.Instant, isCompromised: boolean) {
  if (isCompromised) return { signsFrom: now, olderRetireAt: now }
  const signsFrom = now.add(ANNOUNCED)
  return { signsFrom, olderRetireAt: signsFrom.add(OVERLAP) }
}

/** The youngest key that signs by now. If all were made before the clock was set back, the oldest, which all verifiers know. */
function activeKey<Key extends KeyTimes>(keys: readonly Key[], now: Temporal.Instant): Key | undefined {
  const live = keys.filter(({ retiresAt }) => retiresAt === undefined || isBefore(now, retiresAt)).toSorted(byAge)
  return live.findLast(({ signsFrom }) => !isBefore(now, signsFrom)) ?? live[0]
}

function byAge(left: KeyTimes, right: KeyTimes): number {
  return Temporal.Instant.compare(left.signsFrom, right.signsFrom) || (left.keyId < right.keyId ? -1 : 1)
}

function isBefore(left: Temporal.Instant, right: Temporal.Instant): boolean {
  return Temporal.Instant.compare(left, right) < 0
}
