'use strict'
const axios = require('axios')
const { createSession: createSessionOfCore, memoryStore } = require('tokenflight')
const { attachSession, createSession } = require('tokenflight/axios')
const assert = require('node:assert/strict')
const { refreshOverHttp } = require('./scenario.cjs')

assert.equal(createSession, createSessionOfCore, 'the entries share one core')
refreshOverHttp({ axios, attachSession, createSession, memoryStore }).catch((error) => {
  console.error(error)
  process.exitCode = 1
})
