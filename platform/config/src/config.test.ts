import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Type } from 'typebox'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { serviceSettings } from './service-settings.ts'
import { ConfigError, defineConfig, type Config, type Environment } from './config.ts'
import { secret, setting } from './settings.ts'

const config = defineConfig('order', {
  PORT: setting(Type.Integer({ minimum: 1, maximum: 65_535 }), { default: 8002, doc: 'Port.' }),
  QUOTE_TTL_MS: setting(Type.Integer({ minimum: 0 }), {
    default: 900_000,
    unit: 'ms',
    doc: 'Time for which a quote is valid.',
  }),
  TAX_RATE: setting(Type.Number({ minimum: 0, maximum: 1 }), { default: 0.19, doc: 'Tax.' }),
  IS_OPEN: setting(Type.Boolean(), { default: true, doc: 'Whether it sells.' }),
  MODE: setting(Type.Union([Type.Literal('fast'), Type.Literal('safe')]), { default: 'safe', doc: 'Mode.' }),
  CARRIERS: setting(Type.Array(Type.String({ minLength: 1 })), { default: ['sandbox'], doc: 'Carriers.' }),
  REGION: setting(Type.String(), { optional: true, doc: 'Region.' }),
})

function refusal(settings: Pick<Config, 'parse'>, env: Environment): ConfigError {
  try {
    settings.parse(env)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('the settings were accepted')
}

describe('reading', () => {
  test('gives defaults in camelCase when nothing is set', () => {
    expect(config.parse({})).toEqual({
      port: 8002,
      quoteTtlMs: 900_000,
      taxRate: 0.19,
      isOpen: true,
      mode: 'safe',
      carriers: ['sandbox'],
      region: undefined,
    })
  })

  test('turns text into the type of the schema', () => {
    const env = { PORT: '9000', TAX_RATE: '0.07', IS_OPEN: 'false', MODE: 'fast', CARRIERS: 'dhl, ups', REGION: 'eu' }
    expect(config.parse(env)).toMatchObject({
      port: 9000,
      taxRate: 0.07,
      isOpen: false,
      mode: 'fast',
      carriers: ['dhl', 'ups'],
      region: 'eu',
    })
  })

  test('has the types of the schemas', () => {
    const values = config.parse({})
    expectTypeOf(values.port).toEqualTypeOf<number>()
    expectTypeOf(values.quoteTtlMs).toEqualTypeOf<number>()
    expectTypeOf(values.mode).toEqualTypeOf<'fast' | 'safe'>()
    expectTypeOf(values.region).toEqualTypeOf<string | undefined>()
  })

  test('prefers the name with the prefix of the service, and takes an empty value for none', () => {
    expect(config.parse({ ORDER_PORT: '1', PORT: '2' }).port).toBe(1)
    expect(config.parse({ ORDER_PORT: '', PORT: '2' }).port).toBe(2)
    expect(config.parse({ PORT: '' }).port).toBe(8002)
  })

  test('reads a name that has the prefix already under that name alone', () => {
    const prefixed = defineConfig('order', { ORDER_PORT: setting(Type.Integer(), { default: 1, doc: 'Port.' }) })
    expect(prefixed.parse({ ORDER_PORT: '5', PORT: '6' }).orderPort).toBe(5)
  })

  test('refuses to declare what no text can be read by', () => {
    expect(() => setting(Type.Object({ a: Type.String() }), { doc: '' })).toThrow(TypeError)
    expect(() => setting(Type.Array(Type.Array(Type.String())), { doc: '' })).toThrow(TypeError)
  })
})

describe('a wrong setting', () => {
  test.each([
    [{ PORT: '80a' }, 'PORT is "80a", expected a whole number from 1 to 65535'],
    [{ PORT: ' 80' }, 'PORT is " 80", expected a whole number from 1 to 65535'],
    [{ PORT: '80.0' }, 'PORT is "80.0", expected a whole number from 1 to 65535'],
    [{ PORT: '0x50' }, 'PORT is "0x50", expected a whole number from 1 to 65535'],
    [{ PORT: '0' }, 'PORT is "0", expected a whole number from 1 to 65535'],
    [{ ORDER_PORT: '65536' }, 'ORDER_PORT is "65536", expected a whole number from 1 to 65535'],
    [
      { QUOTE_TTL_MS: '99999999999999999999' },
      'QUOTE_TTL_MS is "99999999999999999999", expected a whole number of at least 0',
    ],
    [{ TAX_RATE: '1.5' }, 'TAX_RATE is "1.5", expected a number from 0 to 1'],
    [{ TAX_RATE: 'NaN' }, 'TAX_RATE is "NaN", expected a number from 0 to 1'],
    [{ TAX_RATE: '1e-3' }, 'TAX_RATE is "1e-3", expected a number from 0 to 1'],
    [{ IS_OPEN: 'yes' }, 'IS_OPEN is "yes", expected true or false'],
    [{ IS_OPEN: 'TRUE' }, 'IS_OPEN is "TRUE", expected true or false'],
    [{ MODE: 'slow' }, 'MODE is "slow", expected one of fast, safe'],
    [{ CARRIERS: 'dhl,,ups' }, 'CARRIERS is "dhl,,ups", expected a comma-separated list, each item a string'],
  ])('%o stops the start', (env, message) => {
    expect(refusal(config, env).problems.map((problem) => problem.message)).toEqual([message])
  })

  test('is named together with all others in one message', () => {
    expect(refusal(config, { PORT: 'x', MODE: 'y', ORDER_PROT: '1' }).message).toBe(
      [
        'order cannot start because 3 settings are invalid:',
        '  PORT is "x", expected a whole number from 1 to 65535',
        '  MODE is "y", expected one of fast, safe',
        '  ORDER_PROT is not a setting of this service; did you mean ORDER_PORT?',
      ].join('\n'),
    )
  })
})

describe('the guard against misspelling', () => {
  test('suggests nothing when nothing is near, and lets other prefixes be', () => {
    expect(refusal(config, { ORDER_XYZZY: '1' }).problems[0]?.message).toBe(
      'ORDER_XYZZY is not a setting of this service',
    )
    expect(config.parse({ PATH: '/bin', ORDERS: '1', PAYMENT_PORT: 'x' }).port).toBe(8002)
  })

  test('lets be what Kubernetes puts into a pod for a service of the same name', () => {
    const links = {
      ORDER_PORT: 'tcp://10.0.0.1:8002',
      ORDER_SERVICE_HOST: '10.0.0.1',
      ORDER_SERVICE_PORT: '8002',
      ORDER_SERVICE_PORT_HTTP: '8002',
      ORDER_PORT_8002_TCP: 'tcp://10.0.0.1:8002',
      ORDER_PORT_8002_TCP_ADDR: '10.0.0.1',
    }
    expect(config.parse(links).port).toBe(8002)
  })
})

describe('secrets', () => {
  const folder = mkdtempSync(join(tmpdir(), 'config-'))
  const secrets = defineConfig('order', { API_KEY: secret(Type.String({ minLength: 8 }), { doc: 'The key.' }) })

  test('are read from the file that the setting names, without its last newline', () => {
    const path = join(folder, 'key')
    writeFileSync(path, 'from-a-file \n')
    expect(secrets.parse({ API_KEY_FILE: path }).apiKey).toBe('from-a-file ')
    expect(secrets.parse({ ORDER_API_KEY_FILE: path, API_KEY: 'from-outside' }).apiKey).toBe('from-a-file ')
  })

  test('are never shown', () => {
    const path = join(folder, 'short')
    writeFileSync(path, 'planted')
    for (const env of [{ API_KEY: 'planted' }, { API_KEY_FILE: path }]) {
      expect(refusal(secrets, env).message).toMatch(/is set to a value \(not shown\), expected at least 8 characters$/)
      expect(refusal(secrets, env).message).not.toContain('planted')
    }
  })

  test('say what to do when they are missing, unreadable or given twice', () => {
    expect(refusal(secrets, {}).problems[0]?.message).toBe(
      'API_KEY is not set, expected at least 8 characters (or API_KEY_FILE, the path of a file): The key.',
    )
    const path = join(folder, 'absent')
    expect(refusal(secrets, { API_KEY_FILE: path }).problems[0]?.message).toBe(
      `API_KEY_FILE is "${path}", expected a readable file (ENOENT)`,
    )
    expect(refusal(secrets, { API_KEY: 'long-enough', API_KEY_FILE: path }).problems[0]?.message).toBe(
      'API_KEY and API_KEY_FILE are both set, expected one of them',
    )
  })

  test('that are no secrets have no file', () => {
    expect(refusal(config, { ORDER_PORT_FILE: '/x' }).message).toContain('ORDER_PORT_FILE is not a setting')
  })
})

describe('production', () => {
  const settings = defineConfig('order', {
    STOA_ENV: serviceSettings('order', 8002).STOA_ENV,
    SIGNING_SECRET: secret(Type.String(), { embeddedDefault: 'demo-secret', doc: 'Signs.' }),
    SEED_DEMO: setting(Type.Boolean(), { default: false, embeddedOnly: true, doc: 'Seeds the demonstration shop.' }),
  })

  test('is where a demonstration secret is refused, left out or given', () => {
    expect(settings.parse({}).signingSecret).toBe('demo-secret')
    for (const env of [
      { NODE_ENV: 'production', STOA_ENV: 'production' },
      { STOA_ENV: 'production' },
      { ORDER_STOA_ENV: 'production' },
    ]) {
      expect(refusal(settings, env).message).toContain('SIGNING_SECRET is not set')
      const given = refusal(settings, { ...env, SIGNING_SECRET: 'demo-secret' }).message
      expect(given).toContain('SIGNING_SECRET is set to a value (not shown), which is only for demonstrations')
      expect(settings.parse({ ...env, SIGNING_SECRET: 'a-real-one' }).signingSecret).toBe('a-real-one')
    }
  })

  test('is where a setting of demonstrations keeps its default', () => {
    expect(settings.parse({ SEED_DEMO: 'true' }).seedDemo).toBe(true)
    const env = { STOA_ENV: 'production', SIGNING_SECRET: 'a-real-one' }
    expect(settings.parse({ ...env, SEED_DEMO: 'false' }).seedDemo).toBe(false)
    expect(refusal(settings, { ...env, SEED_DEMO: 'true' }).message).toContain('SEED_DEMO is "true", which is only for')
  })

  test('by NODE_ENV is not undone by STOA_ENV', () => {
    const env = { NODE_ENV: 'production', STOA_ENV: 'embedded', SIGNING_SECRET: 'a-real-one' }
    expect(refusal(settings, env).message).toContain(
      'STOA_ENV is "embedded", expected production because NODE_ENV is production',
    )
  })
})
