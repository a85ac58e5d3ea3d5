export { serviceSettings, url } from './service-settings.ts'
export {
  ConfigError,
  defineConfig,
  type Config,
  type ConfigOf,
  type ConfigValues,
  type Environment,
  type SettingProblem,
  type Settings,
} from './config.ts'
export { liveSettings, type LiveSettings } from './live-settings.ts'
export { secret, setting, type Setting } from './settings.ts'
export {
  backgroundStopMs,
  connectionsStopMs,
  databaseStopMs,
  relayStopMs,
  stopTimeMs,
  telemetryStopMs,
} from './stop-time.ts'
export { settingsTable } from './settings-table.ts'
