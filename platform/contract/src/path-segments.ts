/** A segment of a declared path: a literal, a parameter, or a parameter with an action behind it, such as `{model}:predict`. */
export interface PathSegment {
  /** The name of the parameter; undefined for a literal. */
  readonly parameter: string | undefined
  /** The literal, or what follows the parameter: `:predict`, or nothing. */
  readonly text: string
}

/** Reads a segment of a declared path. Throws if text stands before a parameter, or something but `:action` behind it. */
export function parsePathSegment(segment: string): PathSegment {
  if (!segment.includes('{')) return { parameter: undefined, text: segment }
  const [, parameter, text = ''] = /^\{([A-Za-z]+)\}(:[a-z][A-Za-z]*)?$/.exec(segment) ?? []
  if (parameter === undefined) throw new Error(`the segment ${segment} of a path is neither a literal nor a parameter`)
  return { parameter, text }
}

/** Returns the value of the parameter in a segment of a request, or undefined if it does not match; before an action it has no colon. */
export function parameterIn(declared: PathSegment, segment: string): string | undefined {
  const { parameter, text } = declared
  if (parameter === undefined || !segment.endsWith(text)) return undefined
  const value = segment.slice(0, segment.length - text.length)
  return value === '' || (text !== '' && value.includes(':')) ? undefined : value
}
