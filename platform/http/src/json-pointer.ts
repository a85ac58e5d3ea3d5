/** The longest pointer that an answer repeats; names of a body can be as long as the body. */
export const maxPointerLength = 256

/** One step of a JSON pointer (RFC 6901), its name escaped. */
export function pointerStep(name: string | number): string {
  return `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** The pointer one step further, or the same one where that would be longer than an answer repeats. */
export function pointerInto(pointer: string, name: string): string {
  const next = name.length > maxPointerLength ? '' : pointer + pointerStep(name)
  return next === '' || next.length > maxPointerLength ? pointer : next
}

/** A pointer that is no longer than an answer repeats: one to the nearest value around the place. */
export function shortPointer(pointer: string): string {
  if (pointer.length <= maxPointerLength) return pointer
  return pointer.slice(0, Math.max(0, pointer.lastIndexOf('/', maxPointerLength)))
}
