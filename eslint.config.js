// Types are tsc's matter (tsconfig.json), form is prettier's; here is what is left: size, names in use, likely slips.

export default [
  {
    files: ["app/**/*.js", "tests/app/js/*.js"],
    rules: {
      "array-callback-return": "error",
      complexity: ["error", 14],
      eqeqeq: "error",
      "max-depth": ["error", 3],
      "max-lines": ["error", 199],
      "max-lines-per-function": ["error", 60],
      "max-params": ["error", 5],
      "no-constant-binary-expression": "error",
      "no-else-return": "error",
      "no-eval": "error",
      "no-fallthrough": "error",
      "no-self-compare": "error",
      "no-shadow": "error",
      "no-unused-vars": "error",
      "no-useless-return": "error",
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  { files: ["tests/app/js/*.js"], rules: { "max-lines-per-function": "off" } },
]
