// The shared rounds of the symmetric network, forward and backward, a board at a time.
//
// A board with all that a round makes of it fits into the second-level cache, so a board runs all its rounds before the next
// one begins, and sums, SiLU and norm are done on what a product has just written. Products are bfloat16 with float sums
// (AMX where there is), everything between them is float. The backward pass keeps the state before every round and computes
// the rest again. The formulas are those of Round.forward in symmetric.py, which tests hold this against.

#include <ATen/Parallel.h>
#include <ATen/native/CPUBlas.h>
#include <torch/extension.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <mutex>
#include <vector>
#if defined(__AVX512BF16__) && defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace {

using bf16 = at::BFloat16;
constexpr int SIDE = 9, PLANE = 81, CANDIDATES = 729, TRIPLES = 243;
constexpr int PADDED = 736;                                // candidates, up to whole blocks of 32 rows
constexpr int CELL = 0, COLUMN = 96, ROW = 177, BOX = 288; // first rows of the constraints' sums; zeros between the groups
constexpr int SUMS = 384;
constexpr int ROOM_OF_PLANE = 96;  // a row of the board, 81 candidates, up to whole blocks of 32
constexpr float EPSILON = 1e-6f;

// ---- numbers: sixteen at a time, whatever the machine's registers hold ----------------------------------------------------

constexpr int LANES = 16;
typedef float V __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t I __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint32_t U __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint16_t H __attribute__((vector_size(32), aligned(2), may_alias));

inline V load(const float* from) { return *(const V*)from; }

inline V load(const bf16* from) { return (V)(__builtin_convertvector(*(const H*)from, U) << 16); }

inline void save(float* to, V x) { *(V*)to = x; }

inline void save(bf16* to, V x) {
#if defined(__AVX512BF16__) && defined(__AVX512F__)
    *(__m256i_u*)to = (__m256i)_mm512_cvtneps_pbh((__m512)x);
#else
    U bits = (U)x;  // to nearest, ties to even
    *(H*)to = __builtin_convertvector((bits + 0x7fff + ((bits >> 16) & 1)) >> 16, H);
#endif
}

inline bf16 narrow(float x) { return bf16(x); }

inline void store(bf16* to, const float* from, int n) {
    for (int i = 0; i < n; i += LANES) save(to + i, load(from + i));
}

inline void add(float* to, V x) { save(to, load(to) + x); }

inline float total(V x) {
#if defined(__AVX512F__)
    return _mm512_reduce_add_ps((__m512)x);
#else
    float sum = 0;
    for (int i = 0; i < LANES; i++) sum += x[i];
    return sum;
#endif
}

// What is stored as bfloat16 is right in three digits, so four will do here.
inline V inverse(V x) {
#if defined(__AVX512F__)
    return (V)_mm512_rcp14_ps((__m512)x);
#else
    return 1.f / x;
#endif
}

inline V bounded(V x, float bound) {
#if defined(__AVX512F__)
    return (V)_mm512_min_ps(_mm512_max_ps((__m512)x, _mm512_set1_ps(-bound)), _mm512_set1_ps(bound));
#else
    x = x < -bound ? V{} - bound : x;
    return x > bound ? V{} + bound : x;
#endif
}

inline I nearest(V x) {
#if defined(__AVX512F__)
    return (I)_mm512_cvtps_epi32((__m512)x);
#else
    return __builtin_convertvector(x + (x < 0.f ? V{} - .5f : V{} + .5f), I);
#endif
}

inline V inverse_root(V x) {
#if defined(__AVX512F__)
    // One step of Newton's: the instruction alone is right to fourteen bits.
    V y = (V)_mm512_rsqrt14_ps((__m512)x);
    return y * (1.5f - .5f * x * y * y);
#else
    for (int i = 0; i < LANES; i++) x[i] = 1.f / std::sqrt(x[i]);
    return x;
#endif
}

// 1 / (1 + exp(-x)), to about four digits: 2^t is 2^whole times a polynomial, of which whole goes into the exponent's bits.
inline V sigmoid(V x) {
    // A float's exponent ends at 127: beyond this the bits below would run into the sign.
    V t = bounded(x * -1.44269504f, 120.f);
    I whole = nearest(t);
    V f = t - __builtin_convertvector(whole, V);
    V p = 1.f + f * (0.69314718f + f * (0.24022651f + f * (0.0558007f + f * 0.0096181f)));
    return inverse(1.f + (V)((I)p + (whole << 23)));
}

// ---- products ------------------------------------------------------------------------------------------------------------

// c [m,n] (+)= a [m,k] b, where b was packed by `pack` or `paired`.
inline void product(int m, int n, int k, const bf16* a, int lda, const bf16* b, float* c, bool add = false) {
    at::native::cpublas::brgemm(m, n, k, lda, n, n, add, a, b, c, true);
}

// A weight [out,in] as the right side [k,n] of a product: its transpose (x w^T), or itself (y w). Pairs of k lie together.
std::vector<bf16> pack(const float* weight, int out, int in, bool transposed) {
    std::vector<bf16> packed(size_t(out) * in);
    int k_size = transposed ? in : out, n_size = transposed ? out : in;
    for (int k = 0; k < k_size; k++)
        for (int n = 0; n < n_size; n++)
            packed[(size_t(k / 2) * n_size + n) * 2 + k % 2] = narrow(transposed ? weight[n * in + k] : weight[k * in + n]);
    return packed;
}

// Rows [rows,n] as the right side of a product over rows, which are even in number: 32 bits hold two rows of a column.
inline void paired(const bf16* from, int rows, int n, bf16* to) {
    for (int r = 0; r < rows; r += 2) {
        const bf16 *one = from + size_t(r) * n, *two = one + n;
        for (int i = 0; i < n; i += LANES) {
            U low = __builtin_convertvector(*(const H*)(one + i), U), high = __builtin_convertvector(*(const H*)(two + i), U);
            *(U*)(to + size_t(r) * n + 2 * i) = low | (high << 16);
        }
    }
}

template <int S>
inline void swap_blocks(U* x) {
    I low, high;
    for (int l = 0; l < LANES; l++) {
        low[l] = (l & S) ? LANES + l - S : l;
        high[l] = (l & S) ? LANES + l : l + S;
    }
    for (int i = 0; i < LANES; i++)
        if (!(i & S)) {
            U a = x[i], b = x[i + S];
            x[i] = __builtin_shuffle(a, b, low);
            x[i + S] = __builtin_shuffle(a, b, high);
        }
}

// The transpose [n,rows] of rows [rows,n] that are given in pairs; rows / 2 and n are multiples of LANES.
inline void turned(const bf16* pairs, int rows, int n, bf16* to) {
    const uint32_t* from = reinterpret_cast<const uint32_t*>(pairs);
    uint32_t* into = reinterpret_cast<uint32_t*>(to);
    int half = rows / 2;
    for (int r = 0; r + LANES <= half; r += LANES)
        for (int i = 0; i < n; i += LANES) {
            U x[LANES];
            for (int q = 0; q < LANES; q++) x[q] = *(const U*)(from + size_t(r + q) * n + i);
            swap_blocks<8>(x), swap_blocks<4>(x), swap_blocks<2>(x), swap_blocks<1>(x);
            for (int q = 0; q < LANES; q++) *(U*)(into + size_t(i + q) * half + r) = x[q];
        }
}

// ---- a round -------------------------------------------------------------------------------------------------------------

struct Perceptron {
    std::vector<bf16> in, in_back, out, out_back;
    const float *in_bias, *out_bias;
};

// Parameters in the order of Round.parameters(): norm, then weight and bias of cell.0, cell.2, line.0, line.2, box.0, box.2, up, down.
struct Weights {
    int w, m, h;
    const float *norm, *up_bias, *down_bias;
    Perceptron part[3];
    std::vector<bf16> up, up_back, down, down_back;

    Weights(const std::vector<at::Tensor>& p) {
        auto at = [&](int i) { return p[i].const_data_ptr<float>(); };
        w = p[0].size(0), m = p[1].size(0), h = p[13].size(0);
        norm = at(0), up_bias = at(14), down_bias = at(16);
        for (int i = 0; i < 3; i++) {
            int q = 1 + 4 * i;
            part[i] = {pack(at(q), m, w, true), pack(at(q), m, w, false), pack(at(q + 2), h, m, true),
                       pack(at(q + 2), h, m, false), at(q + 1), at(q + 3)};
        }
        up = pack(at(13), h, w, true), up_back = pack(at(13), h, w, false);
        down = pack(at(15), w, h, true), down_back = pack(at(15), w, h, false);
    }
};

constexpr int FIRST[3] = {CELL, COLUMN, BOX}, COUNT[3] = {81, 162, 81}, ROOM[3] = {96, 192, 96};

template <typename T>
struct Buffer {
    std::unique_ptr<char[]> memory;
    T* data;
    // Begins at a multiple of 64 bytes, a cache line and a register: a load across two lines costs both. Zeros,
    // since rows of padding are multiplied, too.
    explicit Buffer(size_t n) : memory(new char[n * sizeof(T) + 64]()) {
        data = reinterpret_cast<T*>((reinterpret_cast<uintptr_t>(memory.get()) + 63) & ~uintptr_t(63));
    }
    operator T*() { return data; }
};

// What one board needs during a round; one for each thread.
struct Board {
    int w, m, h;
    Buffer<float> scale, message_wide, sums_wide, before, answers, triples, wide_plane;
    Buffer<bf16> message, sums, middle, slope, active;

    explicit Board(const Weights& k)
        : w(k.w), m(k.m), h(k.h), scale(PADDED), message_wide(PLANE * w), sums_wide(SUMS * w), before(SUMS * m),
          answers(SUMS * std::max(h, m)), triples(TRIPLES * h), wide_plane(PLANE * std::max(h, w)), message(PADDED * w),
          sums(SUMS * w), middle(SUMS * m), slope(ROOM_OF_PLANE * h), active(ROOM_OF_PLANE * h) {}

    // Messages of all candidates, and their sums over the constraints at the scale of one message.
    void messages(const bf16* state, const Weights& k) {
        std::memset(sums_wide + COLUMN * w, 0, sizeof(float) * (SUMS - COLUMN) * w);
        for (int i = 0; i < CANDIDATES; i++) {
            const bf16* s = state + i * w;
            V squares{};
            for (int j = 0; j < w; j += LANES) squares += load(s + j) * load(s + j);
            scale[i] = total(squares);
        }
        scale[CANDIDATES] = 1;  // up to a whole number of lanes
        for (int i = 0; i < PADDED; i += LANES) save(scale + i, inverse_root(load(scale + i) * (1.f / w) + EPSILON));
        for (int r = 0; r < SIDE; r++)
            for (int stack = 0; stack < 3; stack++)
                for (int d = 0; d < SIDE; d++) triple_of_messages(r, stack, d, state, k);
        // A cell's sum is over neighbours in memory.
        for (int cell = 0; cell < PLANE; cell++)
            for (int j = 0; j < w; j += LANES) {
                V sum{};
                for (int d = 0; d < SIDE; d++) sum += load(message + (cell * SIDE + d) * w + j);
                save(sums_wide + (CELL + cell) * w + j, sum * (1.f / 3));
            }
        store(sums, sums_wide, SUMS * w);
    }

    // Messages of three cells that a row and a box share, added to their sums and to the columns'.
    void triple_of_messages(int r, int stack, int d, const bf16* state, const Weights& k) {
        float* row = sums_wide + (ROW + r * SIDE + d) * w;
        float* box = sums_wide + (BOX + (r / 3 * 3 + stack) * SIDE + d) * w;
        for (int j = 0; j < w; j += LANES) {
            V sum{}, norm = load(k.norm + j);
            for (int c = 3 * stack; c < 3 * stack + 3; c++) {
                int i = (r * SIDE + c) * SIDE + d;
                V x = load(state + i * w + j) * scale[i] * norm;
                save(message + i * w + j, x);
                x *= 1.f / 3;
                add(sums_wide + (COLUMN + c * SIDE + d) * w + j, x);
                sum += x;
            }
            add(row + j, sum), add(box + j, sum);
        }
    }

    // What the constraints answer, [SUMS,h], and for each triple of cells its row's and box's answers together.
    void constraints(const Weights& k) {
        for (int p = 0; p < 3; p++) {
            const Perceptron& part = k.part[p];
            float* hidden = before + FIRST[p] * m;
            product(COUNT[p], m, w, sums + FIRST[p] * w, w, part.in.data(), hidden);
            for (int i = 0; i < COUNT[p]; i++) {
                for (int j = 0; j < m; j += LANES) {
                    V x = load(hidden + i * m + j) + load(part.in_bias + j);
                    save(hidden + i * m + j, x);
                    save(middle + (FIRST[p] + i) * m + j, x * sigmoid(x));
                }
            }
            product(COUNT[p], h, m, middle + FIRST[p] * m, m, part.out.data(), answers + FIRST[p] * h);
        }
        // 1024 is the largest size that NetworkConfig allows.
        float bias[1024];  // of all four answers and of `up`
        for (int j = 0; j < h; j++)
            // Rows and columns share a perceptron, so its bias comes twice.
            bias[j] = k.up_bias[j] + k.part[0].out_bias[j] + 2 * k.part[1].out_bias[j] + k.part[2].out_bias[j];
        for (int r = 0; r < SIDE; r++)
            for (int stack = 0; stack < 3; stack++)
                for (int d = 0; d < SIDE; d++) {
                    const float* row = answers + (ROW + r * SIDE + d) * h;
                    const float* box = answers + (BOX + (r / 3 * 3 + stack) * SIDE + d) * h;
                    float* both = triples + ((r * 3 + stack) * SIDE + d) * h;
                    for (int j = 0; j < h; j += LANES) save(both + j, load(row + j) + load(box + j) + load(bias + j));
                }
    }

    // Updates of the candidates of row r after SiLU, and if asked for the slope of SiLU there.
    template <bool KEEP>
    void updates(int r, const bf16* given, const Weights& k) {
        product(PLANE, h, w, message + r * PLANE * w, w, k.up.data(), wide_plane);
        for (int c = 0; c < SIDE; c++)
            for (int d = 0; d < SIDE; d++) {
                int here = c * SIDE + d, i = r * PLANE + here;
                float* u = wide_plane + here * h;
                const bf16* g = given + i * h;
                const float* cell = answers + (CELL + r * SIDE + c) * h;
                const float* column = answers + (COLUMN + here) * h;
                const float* both = triples + ((r * 3 + c / 3) * SIDE + d) * h;
                for (int j = 0; j < h; j += LANES) {
                    V x = load(u + j) + load(g + j) + load(cell + j) + load(column + j) + load(both + j);
                    V s = sigmoid(x);
                    save(active + here * h + j, x * s);
                    if (KEEP) save(slope + here * h + j, s * (1.f + x * (1.f - s)));
                }
            }
    }

    void forward(const bf16* state, const bf16* given, bf16* next, const Weights& k) {
        messages(state, k);
        constraints(k);
        for (int r = 0; r < SIDE; r++) {
            updates<false>(r, given, k);
            product(PLANE, w, h, active, h, k.down.data(), wide_plane);
            for (int i = 0; i < PLANE; i++) {
                const bf16* s = state + (r * PLANE + i) * w;
                bf16* to = next + (r * PLANE + i) * w;
                for (int j = 0; j < w; j += LANES)
                    save(to + j, load(wide_plane + i * w + j) + load(s + j) + load(k.down_bias + j));
            }
        }
    }
};

// Sums of gradients over boards and rounds, in the order of the parameters.
struct Gradients {
    std::vector<std::vector<float>> of;
    explicit Gradients(const std::vector<at::Tensor>& parameters) {
        for (auto& p : parameters) of.emplace_back(p.numel(), 0.f);
    }
};

// Buffers that the way forward no longer needs serve again: all of a board's must fit into the cache.
struct Backward {
    int w, m, h;
    Board board;
    Buffer<float> both, answer_wide, message_back;
    Buffer<bf16> message_plane, state_plane, update_plane, answer_back, before_back, pairs, transpose;
    float *hidden, *sum_back, *triple_back;

    explicit Backward(const Weights& k)
        : w(k.w), m(k.m), h(k.h), board(k), both(TRIPLES * std::max(h, w)), answer_wide(SUMS * h), message_back(CANDIDATES * w),
          message_plane(ROOM_OF_PLANE * w), state_plane(ROOM_OF_PLANE * w), update_plane(ROOM_OF_PLANE * h),
          answer_back(SUMS * h), before_back(SUMS * m), pairs(192 * std::max(h, std::max(w, m))),
          transpose(192 * std::max(w, m)), hidden(board.answers), sum_back(board.sums_wide),
          triple_back(both) {}

    // total [n_left, n_right] += left^T right over rows.
    void outer(const bf16* left, int n_left, const bf16* right, int n_right, int rows, float* total) {
        paired(left, rows, n_left, pairs);
        turned(pairs, rows, n_left, transpose);
        paired(right, rows, n_right, pairs);
        product(n_left, n_right, rows, transpose, rows, pairs, total, true);
    }

    static void add_rows(const float* from, int rows, int n, float* total) {
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < n; j += LANES) add(total + j, load(from + i * n + j));
    }

    // One round: `back` [729,w] is the gradient of the state after it, then of the state before it; `given_back` sums up.
    // Gradients of `up` and of the perceptrons' second layers are kept transposed: the narrower side is the one to turn.
    void round(const bf16* state, const bf16* given, float* back, bf16* given_back, const Weights& k, Gradients& g) {
        board.messages(state, k);
        board.constraints(k);
        add_rows(back, CANDIDATES, w, g.of[16].data());
        // Columns are added up here, candidate by candidate; cells are written whole, and rows and boxes are made
        // of `both`.
        std::memset(answer_wide + COLUMN * h, 0, sizeof(float) * PLANE * h);
        std::memset(both, 0, sizeof(float) * TRIPLES * h);
        for (int r = 0; r < SIDE; r++) row(r, given, back, given_back, k, g);
        // Every candidate lies in one cell, so the sums of the cells add up to the gradient of `up`'s bias.
        add_rows(answer_wide + CELL * h, PLANE, h, g.of[14].data());
        constraints(k, g);
        messages(state, back, k, g);
    }

    // The candidates of row r of the board: from `back` to the gradients of their updates, and what these add up to.
    void row(int r, const bf16* given, const float* back, bf16* given_back, const Weights& k, Gradients& g) {
        board.updates<true>(r, given, k);
        store(state_plane, back + r * PLANE * w, PLANE * w);
        float *plane = board.wide_plane, *cell = answer_wide + CELL * h, *column = answer_wide + COLUMN * h;
        product(PLANE, h, w, state_plane, w, k.down_back.data(), plane);
        for (int c = 0; c < SIDE; c++)
            for (int j = 0; j < h; j += LANES) {
                V of_cell{};
                for (int d = 0; d < SIDE; d++) {
                    int here = c * SIDE + d, i = r * PLANE + here;
                    V y = load(plane + here * h + j) * load(board.slope + here * h + j);
                    save(given_back + i * h + j, load(given_back + i * h + j) + y);
                    add(column + here * h + j, y);
                    add(both + ((r * 3 + c / 3) * SIDE + d) * h + j, y);
                    save(update_plane + here * h + j, y);
                    of_cell += y;
                }
                save(cell + (r * SIDE + c) * h + j, of_cell);
            }
        product(PLANE, w, h, update_plane, h, k.up_back.data(), message_back + r * PLANE * w);
        // A copy with zeros behind it: the product over rows takes 96, and in `message` the next row of the board
        // would follow.
        std::memcpy(message_plane, board.message + r * PLANE * w, sizeof(bf16) * PLANE * w);
        outer(state_plane, w, board.active, h, ROOM_OF_PLANE, g.of[15].data());
        outer(message_plane, w, update_plane, h, ROOM_OF_PLANE, g.of[13].data());  // transposed
    }

    // From the gradients of the answers to those of the sums, at the scale of one message: sum_back.
    void constraints(const Weights& k, Gradients& g) {
        std::memset(answer_wide + ROW * h, 0, sizeof(float) * PLANE * h);
        std::memset(answer_wide + BOX * h, 0, sizeof(float) * PLANE * h);
        for (int r = 0; r < SIDE; r++)
            for (int stack = 0; stack < 3; stack++)
                for (int d = 0; d < SIDE; d++) {
                    const float* from = both + ((r * 3 + stack) * SIDE + d) * h;
                    float* row = answer_wide + (ROW + r * SIDE + d) * h;
                    float* box = answer_wide + (BOX + (r / 3 * 3 + stack) * SIDE + d) * h;
                    for (int j = 0; j < h; j += LANES) add(row + j, load(from + j)), add(box + j, load(from + j));
                }
        for (int p = 0; p < 3; p++) {
            const Perceptron& part = k.part[p];
            int first = FIRST[p], count = COUNT[p], q = 1 + 4 * p;
            store(answer_back + first * h, answer_wide + first * h, count * h);
            add_rows(answer_wide + first * h, count, h, g.of[q + 3].data());
            outer(board.middle + first * m, m, answer_back + first * h, h, ROOM[p], g.of[q + 2].data());  // transposed
            float* x = hidden + first * m;
            product(count, m, h, answer_back + first * h, h, part.out_back.data(), x);
            for (int i = 0; i < count * m; i += LANES) {
                V value = load(board.before + first * m + i), s = sigmoid(value);
                save(x + i, load(x + i) * s * (1.f + value * (1.f - s)));
            }
            store(before_back + first * m, x, count * m);
            add_rows(x, count, m, g.of[q + 1].data());
            outer(before_back + first * m, m, board.sums + first * w, w, ROOM[p], g.of[q].data());
            product(count, w, m, before_back + first * m, m, part.in_back.data(), sum_back + first * w);
        }
        for (int r = 0; r < SIDE; r++)
            for (int stack = 0; stack < 3; stack++)
                for (int d = 0; d < SIDE; d++) {
                    const float* row = sum_back + (ROW + r * SIDE + d) * w;
                    const float* box = sum_back + (BOX + (r / 3 * 3 + stack) * SIDE + d) * w;
                    float* to = triple_back + ((r * 3 + stack) * SIDE + d) * w;
                    for (int j = 0; j < w; j += LANES) save(to + j, load(row + j) + load(box + j));
                }
    }

    // From the gradients of messages and sums, through the norm, to that of the state.
    void messages(const bf16* state, float* back, const Weights& k, Gradients& g) {
        float* norm_back = g.of[0].data();
        for (int r = 0; r < SIDE; r++) {
            for (int c = 0; c < SIDE; c++)
                for (int d = 0; d < SIDE; d++) {
                    int here = c * SIDE + d, i = r * PLANE + here;
                    float* x = message_back + i * w;
                    const bf16* s = state + i * w;
                    const float *of_cell = sum_back + (CELL + r * SIDE + c) * w, *of_column = sum_back + (COLUMN + here) * w,
                                *of_both = triple_back + ((r * 3 + c / 3) * SIDE + d) * w;
                    float by = board.scale[i];
                    V sum{};
                    for (int j = 0; j < w; j += LANES) {
                        V n = load(s + j) * by;
                        V y = load(x + j) + (load(of_cell + j) + load(of_column + j) + load(of_both + j)) * (1.f / 3);
                        add(norm_back + j, y * n);
                        y *= load(k.norm + j);
                        save(x + j, y);
                        sum += y * n;
                    }
                    float along = total(sum) * by / w;
                    float* to = back + i * w;
                    for (int j = 0; j < w; j += LANES) add(to + j, by * (load(x + j) - load(s + j) * along));
                }
        }
    }
};

void turn_back(std::vector<float>& values, int rows, int columns) {
    std::vector<float> turned(values.size());
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++) turned[size_t(j) * rows + i] = values[size_t(i) * columns + j];
    values.swap(turned);
}

}  // namespace

// state [b,9,9,9,w], given [b,9,9,9,h], bfloat16 -> states before every round and after the last, [rounds + 1,b,9,9,9,w];
// without `keep`, after the last only, [1,...].
at::Tensor forward(const at::Tensor& state, const at::Tensor& given, const std::vector<at::Tensor>& parameters, int64_t rounds,
                   bool keep) {
    Weights weights(parameters);
    int64_t boards = state.size(0), size = int64_t(CANDIDATES) * weights.w;
    auto shape = state.sizes().vec();
    shape.insert(shape.begin(), keep ? rounds + 1 : 1);
    at::Tensor states = at::empty(shape, state.options());
    bf16* out = states.data_ptr<bf16>();
    const bf16 *in = state.const_data_ptr<bf16>(), *injected = given.const_data_ptr<bf16>();
    at::parallel_for(0, boards, 1, [&](int64_t begin, int64_t end) {
        Board board(weights);
        for (int64_t b = begin; b < end; b++) {
            bf16* now = out + b * size;
            std::memcpy(now, in + b * size, sizeof(bf16) * size);
            for (int64_t r = 0; r < rounds; r++) {
                // Without `keep` a round writes over the state that it reads: of each candidate it is read once
                // more, right before.
                bf16* next = keep ? now + boards * size : now;
                board.forward(now, injected + b * CANDIDATES * weights.h, next, weights);
                now = next;
            }
        }
        at::native::cpublas::brgemm_release();
    });
    return states;
}

// Gradients of state, given and all parameters from that of the last state, bfloat16 [b,9,9,9,w].
std::vector<at::Tensor> backward(const at::Tensor& last_back, const at::Tensor& states, const at::Tensor& given,
                                 const std::vector<at::Tensor>& parameters) {
    Weights weights(parameters);
    int w = weights.w, m = weights.m, h = weights.h;
    int64_t rounds = states.size(0) - 1, boards = given.size(0), size = int64_t(CANDIDATES) * w;
    at::Tensor state_back = at::empty_like(last_back), given_back = at::empty_like(given);
    std::vector<at::Tensor> sums;
    for (auto& p : parameters) sums.push_back(at::zeros_like(p));
    std::mutex lock;
    at::parallel_for(0, boards, 1, [&](int64_t begin, int64_t end) {
        Backward work(weights);
        Gradients gradients(parameters);
        Buffer<float> back(size);
        for (int64_t b = begin; b < end; b++) {
            const bf16* from = last_back.const_data_ptr<bf16>() + b * size;
            for (int64_t i = 0; i < size; i += LANES) save(back + i, load(from + i));
            bf16* of_given = given_back.data_ptr<bf16>() + b * CANDIDATES * h;
            std::memset(of_given, 0, sizeof(bf16) * CANDIDATES * h);
            const bf16* injected = given.const_data_ptr<bf16>() + b * CANDIDATES * h;
            for (int64_t r = rounds - 1; r >= 0; r--)
                work.round(states.const_data_ptr<bf16>() + (r * boards + b) * size, injected, back, of_given, weights, gradients);
            store(state_back.data_ptr<bf16>() + b * size, back, size);
        }
        at::native::cpublas::brgemm_release();
        turn_back(gradients.of[13], w, h);
        for (int p = 0; p < 3; p++) turn_back(gradients.of[3 + 4 * p], m, h);
        // Once a thread and not once a board: until here each has summed up for itself.
        std::lock_guard<std::mutex> alone(lock);
        for (size_t i = 0; i < sums.size(); i++) {
            float* to = sums[i].data_ptr<float>();
            for (size_t j = 0; j < gradients.of[i].size(); j++) to[j] += gradients.of[i][j];
        }
    });
    std::vector<at::Tensor> all{state_back, given_back};
    all.insert(all.end(), sums.begin(), sums.end());
    return all;
}

PYBIND11_MODULE(TORCH_EXTENSION_NAME, module) {
    module.def("forward", &forward);
    module.def("backward", &backward);
}
