import { expect, test } from 'vitest'
import { countryCentres } from './country-centres.ts'
import { distanceKm } from './country-distance.ts'

test('a country is no way from itself, even one that is on no map', () => {
  expect(distanceKm('DE', 'DE')).toBe(0)
  expect(distanceKm('ZZ', 'ZZ')).toBe(0)
})

test('an unknown address is as far from every warehouse', () => {
  expect(distanceKm(undefined, 'DE')).toBe(Infinity)
  expect(distanceKm('ZZ', 'DE')).toBe(Infinity)
})

test('neighbours are nearer than other continents', () => {
  expect(distanceKm('AT', 'DE')).toBeLessThan(distanceKm('AT', 'FR'))
  expect(distanceKm('ES', 'FR')).toBeLessThan(distanceKm('ES', 'DE'))
  expect(distanceKm('CA', 'US')).toBeLessThan(distanceKm('CA', 'FR'))
  expect(distanceKm('DE', 'US')).toBeCloseTo(distanceKm('US', 'DE'))
})

test('goes the short way over the date line', () => {
  expect(distanceKm('FJ', 'TO')).toBeLessThan(2_000)
})

test('knows every country once, at a place on the globe', () => {
  expect(countryCentres.size).toBe(250)
  for (const [code, { latitude, longitude }] of countryCentres) {
    expect(code).toMatch(/^[A-Z]{2}$/)
    expect(Math.abs(latitude)).toBeLessThanOrEqual(90)
    expect(Math.abs(longitude)).toBeLessThanOrEqual(180)
  }
})
