import type { Group, User } from '../customizations'
import { isHashedPassword, saltFrom, sha512Crypt } from '../digest/sha512-crypt'
import { ManifestFailure } from '../../../base/go/failure'
import { type Json, type JsonObject, sortedMap } from '../../../base/go/json'
import { goQuote } from '../../../base/go/quote'
import { stage, type Stage } from './stage'

/**
 * Hashing one password takes some 30 ms, and its cost grows with its length: more of them than this
 * are refused, where upstream would work on for a while.
 */
const MOST_PLAIN_PASSWORDS = 16
const LONGEST_PASSWORD = 512

/** Groups, added even when they exist (GenGroupsStage). */
export function groupsStage(groups: readonly Group[]): Stage {
  return stage('groups', { options: { groups: groupsMap(groups), force: true } })
}

export function groupsMap(groups: readonly Group[]): JsonObject {
  return sortedMap(
    groups.map(({ name, gid }): [string, Json] => [name, gid === null ? {} : { gid }]),
  )
}

/** The directories that hold the users' homes (buildHomedirPaths in pkg/manifest/raw_bootc.go). */
export function homesStage(users: readonly User[]): Stage {
  const paths: JsonObject[] = []
  if (users.some(({ name }) => name === 'root')) paths.push(home('/var/roothome', 0o700))
  if (users.some(({ name }) => name !== 'root')) paths.push(home('/var/home', 0o755))
  return stage('mkdir', { options: { paths } })
}

function home(path: string, mode: number): JsonObject {
  return { path, mode, exist_ok: true }
}

/** @param salt seeds the salts of passwords given in plain text */
export function usersStage(users: readonly User[], salt: string): Stage {
  return stage('users', { options: { users: usersMap(users, salt) } })
}

/** Users by name; a later one replaces an earlier one of the same name (NewUsersStageOptions). */
export function usersMap(users: readonly User[], salt: string): JsonObject {
  checkPasswords(users)
  return sortedMap(users.map((user): [string, Json] => [user.name, userOptions(user, salt)]))
}

function userOptions(user: User, salt: string): JsonObject {
  const options: { [key: string]: Json | null } = {
    uid: user.uid,
    gid: user.gid,
    groups: user.groups === null || user.groups.length === 0 ? null : [...user.groups],
    description: user.description,
    home: user.home,
    shell: user.shell,
    password: hashed(user, salt),
    key: user.key,
    expiredate: user.expireDate,
    force_password_reset: user.forcePasswordReset,
  }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null))
}

function checkPasswords(users: readonly User[]): void {
  const plain = users.filter(({ password }) => needsHash(password))
  const long = plain.find(({ password }) => (password ?? '').length > LONGEST_PASSWORD)
  if (long !== undefined) {
    throw new ManifestFailure(
      'limit',
      `the password of user ${goQuote(long.name)} (customizations.user[].password) has more than ${LONGEST_PASSWORD} characters`,
      'Hash it beforehand: mkpasswd -m sha512crypt',
    )
  }
  if (plain.length > MOST_PLAIN_PASSWORDS) {
    throw new ManifestFailure(
      'limit',
      `${plain.length} passwords are in plain text (customizations.user[].password), at most ${MOST_PLAIN_PASSWORDS} are hashed here`,
      'Hash them beforehand: mkpasswd -m sha512crypt',
    )
  }
}

function needsHash(password: string | null): password is string {
  return password !== null && password !== '' && !isHashedPassword(password)
}

/** An empty password is none; plain text is hashed. image-builder's salt is random, ours is repeatable. */
function hashed({ name, password }: User, salt: string): string | null {
  if (password === null || password === '') return null
  return needsHash(password) ? cachedHash(password, saltFrom(`${salt} ${name}`)) : password
}

const hashes = new Map<string, string>()

/** A plan makes many manifests with the same users: the last hashes are kept. */
function cachedHash(password: string, salt: string): string {
  const key = `${salt}${password}`
  const known = hashes.get(key)
  if (known !== undefined) return known
  if (hashes.size >= 4 * MOST_PLAIN_PASSWORDS) hashes.clear()
  const hash = sha512Crypt(password, salt)
  hashes.set(key, hash)
  return hash
}
