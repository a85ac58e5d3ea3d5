/** The `examples` of a media type object: the one of the contract, if it has one. */
export function mediaExamples(value: unknown): { readonly examples?: object } {
  return value === undefined ? {} : { examples: { contract: { value } } }
}
