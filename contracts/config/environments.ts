import { Type, type Static } from 'typebox'

/** The environments, in the order in which changes are promoted. */
export const environmentNames = ['development', 'staging', 'production'] as const

/** An environment, with rules and values of its own. */
export const EnvironmentName = Type.Enum(environmentNames)
export type EnvironmentName = Static<typeof EnvironmentName>

/** An environment, and whether this system uses its flags and configuration. */
export const Environment = Type.Object({ name: EnvironmentName, isServed: Type.Boolean() })
export type Environment = Static<typeof Environment>

/** The name of an application: a service, or another program. */
export const ApplicationName = Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$', description: 'an application' })
export type ApplicationName = Static<typeof ApplicationName>
