import type { GraphQLField } from 'graphql'
import type { FollowStream } from './follow-service.ts'
import type { LoadRead } from './waves.ts'

/** What the resolvers of one query share. */
export interface QueryContext {
  readonly load: LoadRead
  readonly follow: FollowStream
  /** The account of the caller; undefined for an anonymous one. */
  readonly callerId: string | undefined
}

/** What limits know of a field. */
export interface FieldExtensions {
  /** The service whose operation the field reads. */
  readonly readOf?: string
  /** The argument that sets how many items the `items` of the result has, with its default. */
  readonly pageSize?: { readonly argument: string; readonly usual: number } | undefined
  /** The most items of a list by its schema. */
  readonly mostItems?: number | undefined
}

/** The extensions of a field of the graph. */
export function extensionsOf(field: GraphQLField<unknown, unknown>): FieldExtensions {
  return (field.extensions['stoa'] as FieldExtensions | undefined) ?? {}
}
