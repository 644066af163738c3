import { pageBase } from '../http/origin.js'

/**
 * The address as it will be sent. What names its scheme stays as it is; what cannot be resolved too: fetch will
 * refuse it with an error of its own.
 */
export function absoluteUrl(url: string, baseUrl: string | undefined): string {
  if (/^[a-z][a-z\d+.-]*:/i.test(url)) return url
  try {
    return new URL(url, baseUrl === undefined ? pageBase() : absoluteUrl(baseUrl, undefined)).href
  } catch {
    return url
  }
}
