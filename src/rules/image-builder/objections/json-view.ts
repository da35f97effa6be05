import type { Json, JsonObject } from '../../../base/go/json'

/** Objects of a list; anything else in it is an empty object. */
export function listOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.map(objectOf) : []
}

export function objectOf(value: Json | undefined): JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {}
}

export function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

export function number(value: Json | undefined): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : 0
}
