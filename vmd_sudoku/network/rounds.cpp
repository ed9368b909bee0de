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
#if defined(__AVX512F__)
#include <immintrin.h>
#endif
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace {

using bf16 = at::BFloat16;
constexpr int SIDE = 9, PLANE = 81, CANDIDATES = 729, TRIPLES = 243;
constexpr int PADDED = 768;                                // candidates, and room for the last product to fill its tiles
constexpr int CELL = 0, COLUMN = 96, ROW = 177, BOX = 288; // first rows of the constraints' sums; zeros between the groups
constexpr int SUMS = 384;
// Candidates are updated seven cells at a time: 63 rows take four of a product's tiles (81 would take six), and what is made
// of them stays in the first-level cache.
constexpr int CELLS_AT_ONCE = 7, ROOM = 64, TILE = 16;
inline int whole_tiles(int rows) { return (rows + TILE - 1) / TILE * TILE; }
constexpr float EPSILON = 1e-6f;

// ---- numbers: sixteen at a time, whatever the machine's registers hold ----------------------------------------------------

constexpr int LANES = 16;
typedef float V __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t I __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint32_t U __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint16_t H __attribute__((vector_size(32), aligned(2), may_alias));

inline V load(const float* from) { return *(const V*)from; }

inline U widened(const bf16* from) {
#if defined(__AVX512F__)
    // The compiler makes four instructions of the conversion below, three of them for the port that sums need.
    return (U)_mm512_cvtepu16_epi32(*(const __m256i_u*)from);
#else
    return __builtin_convertvector(*(const H*)from, U);
#endif
}

inline V load(const bf16* from) { return (V)(widened(from) << 16); }

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
    x = x < -bound ? V{} - bound : x;
    return x > bound ? V{} + bound : x;
}

inline I nearest(V x) { return __builtin_convertvector(x + (x < 0.f ? V{} - .5f : V{} + .5f), I); }

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

// 1 / (1 + exp(-x)), to about four digits: exp(-x) = 2^t is 2^whole times a polynomial of the fraction.
inline V sigmoid(V x) {
    V t = x * -1.44269504f;
#if defined(__AVX512F__) && defined(__AVX512DQ__)
    // Above, infinity comes out and 0 is made of it. Below, the smallest floats would come, each for a hundred times the time.
    t = (V)_mm512_max_ps((__m512)t, _mm512_set1_ps(-120.f));
    V f = (V)_mm512_reduce_ps((__m512)t, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
    V p = 0.99992527f + f * (0.69583324f + f * (0.22606734f + f * 0.078024686f));
    return inverse(1.f + (V)_mm512_scalef_ps((__m512)p, (__m512)t));
#else
    // A float's exponent ends at 127: beyond this the bits below would run into the sign.
    t = bounded(t, 120.f);
    I whole = nearest(t);
    V f = t - __builtin_convertvector(whole, V);
    V p = 1.f + f * (0.69314718f + f * (0.24022651f + f * (0.0558007f + f * 0.0096181f)));
    return inverse(1.f + (V)((I)p + (whole << 23)));
#endif
}

// ---- products ------------------------------------------------------------------------------------------------------------

// c [m,n] (+)= a [m,k] b, where b was packed by `pack` or `paired`; by torch.
inline void product_of_torch(int m, int n, int k, const bf16* a, int lda, const bf16* b, float* c, bool add) {
    // In parts of four tiles: one row more than a whole tile slows all of them down.
    for (int i = 0; i < m; i += ROOM)
        at::native::cpublas::brgemm(std::min(ROOM, m - i), n, k, lda, n, n, add, a + i * lda, b, c + i * n, true);
}

struct Torch {
    ~Torch() { at::native::cpublas::brgemm_release(); }
};

#if defined(__AMX_TILE__) && defined(__AMX_BF16__) && defined(__linux__)
#define BY_TILES

// Linux lends the tiles to a process that asks for them: ARCH_REQ_XCOMP_PERM, XTILEDATA.
const bool tiles_are_lent = syscall(SYS_arch_prctl, 0x1023, 18) == 0;

// Within its life a thread's tiles are all of one kind: sixteen rows of 64 bytes.
struct Tiles {
    Tiles() {
        struct alignas(64) {
            uint8_t palette = 1, start = 0, none[14] = {};
            uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
            uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
        } kind;
        _tile_loadconfig(&kind);
    }
    ~Tiles() { _tile_release(); }
};

// The same by the processor's tiles, without the way through torch, which costs as much as a product of this size. m is
// a multiple of 16; n and k are multiples of 32.
template <bool ADD>
inline __attribute__((always_inline)) void product_of_tiles(int m, int n, int k, const bf16* a, int lda, const bf16* b, float* c) {
    asm volatile("" ::: "memory");  // the compiler does not know that tiles are read from memory
    long a_step = lda * sizeof(bf16), b_step = 2 * n * sizeof(bf16), c_step = n * sizeof(float);
    for (int i = 0; i < m; i += 2 * TILE) {
        bool two = i + TILE < m;
        const bf16 *first = a + i * lda, *second = first + (two ? TILE * lda : 0);
        for (int j = 0; j < n; j += 2 * TILE) {
            float *one = c + i * n + j, *other = one + TILE * n;
            if (ADD) {
                _tile_loadd(0, one, c_step); _tile_loadd(1, one + TILE, c_step);
                if (two) { _tile_loadd(2, other, c_step); _tile_loadd(3, other + TILE, c_step); }
            } else {
                _tile_zero(0); _tile_zero(1); _tile_zero(2); _tile_zero(3);
            }
            for (int q = 0; q < k; q += 2 * TILE) {
                const bf16* right = b + q * n + 2 * j;
                _tile_loadd(4, first + q, a_step); _tile_loadd(6, right, b_step); _tile_loadd(7, right + 2 * TILE, b_step);
                _tile_dpbf16ps(0, 4, 6); _tile_dpbf16ps(1, 4, 7);
                _tile_loadd(5, second + q, a_step);
                _tile_dpbf16ps(2, 5, 6); _tile_dpbf16ps(3, 5, 7);
            }
            _tile_stored(0, one, c_step); _tile_stored(1, one + TILE, c_step);
            if (two) { _tile_stored(2, other, c_step); _tile_stored(3, other + TILE, c_step); }
        }
    }
}
#endif

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
            U low = widened(one + i), high = widened(two + i);
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

constexpr int FIRST[3] = {CELL, COLUMN, BOX}, COUNT[3] = {81, 162, 81}, ROOM_OF[3] = {96, 192, 96};

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

// Width, middle and hidden size: of the networks that are shipped known to the compiler, which then unrolls the loops over
// them and keeps no address twice; of all others known at run time.
template <int W, int M, int H>
struct Fixed {
    static constexpr int w = W, m = M, h = H;
    explicit Fixed(const Weights&) {}
#if defined(BY_TILES)
    static_assert(W % (2 * TILE) == 0 && M % (2 * TILE) == 0 && H % (2 * TILE) == 0);
    using Session = Tiles;
    static void product(int m, int n, int k, const bf16* a, int lda, const bf16* b, float* c, bool add = false) {
        if (add)
            product_of_tiles<true>(m, n, k, a, lda, b, c);
        else
            product_of_tiles<false>(m, n, k, a, lda, b, c);
    }
    static bool fits(const Weights& k) { return tiles_are_lent && k.w == W && k.m == M && k.h == H; }
#else
    using Session = Torch;
    static void product(int m, int n, int k, const bf16* a, int lda, const bf16* b, float* c, bool add = false) {
        product_of_torch(m, n, k, a, lda, b, c, add);
    }
    static bool fits(const Weights& k) { return k.w == W && k.m == M && k.h == H; }
#endif
};
struct Any {
    int w, m, h;
    explicit Any(const Weights& k) : w(k.w), m(k.m), h(k.h) {}
    using Session = Torch;
    static void product(int m, int n, int k, const bf16* a, int lda, const bf16* b, float* c, bool add = false) {
        product_of_torch(m, n, k, a, lda, b, c, add);
    }
};
using Usual = Fixed<64, 64, 128>;

// What one board needs during a round; one for each thread.
template <typename Sizes>
struct Board : Sizes {
    using Sizes::w, Sizes::m, Sizes::h, Sizes::product;
    Buffer<float> scale, sums_wide, before, answers, triples, wide;
    Buffer<bf16> message, sums, middle, slope, active;

    explicit Board(const Weights& k)
        : Sizes(k), scale(PADDED), sums_wide(SUMS * w), before(SUMS * m), answers(SUMS * std::max(h, m)), triples(TRIPLES * h),
          wide(ROOM * std::max(h, w)), message(PADDED * w), sums(SUMS * w), middle(SUMS * m), slope(ROOM * h), active(ROOM * h) {}

    // Messages of all candidates, and their sums over the constraints at the scale of one message.
    void messages(const bf16* state, const Weights& k) {
        for (int cell = 0; cell < PLANE; cell++) messages_of(cell, state, k);
        narrow_sums();
    }

    // Messages of the nine candidates of a cell, added to the sums of their constraints.
    void messages_of(int cell, const bf16* state, const Weights& k) {
        int r = cell / SIDE, c = cell % SIDE, first = cell * SIDE;
        float squares[LANES] = {};
        for (int d = 0; d < SIDE; d++) {
            V sum{};
            for (int j = 0; j < w; j += LANES) sum += load(state + (first + d) * w + j) * load(state + (first + d) * w + j);
            squares[d] = total(sum);
        }
        V by = inverse_root(load(squares) * (1.f / w) + EPSILON);
        for (int d = 0; d < SIDE; d++) scale[first + d] = by[d];
        float *column = sums_wide + (COLUMN + c * SIDE) * w, *row = sums_wide + (ROW + r * SIDE) * w,
              *box = sums_wide + (BOX + (r / 3 * 3 + c / 3) * SIDE) * w;
        for (int j = 0; j < w; j += LANES) {
            V sum{}, norm = load(k.norm + j);
            for (int d = 0; d < SIDE; d++) {
                V x = load(state + (first + d) * w + j) * scale[first + d] * norm;
                save(message + (first + d) * w + j, x);
                x *= 1.f / 3;
                add(column + d * w + j, x), add(row + d * w + j, x), add(box + d * w + j, x);
                sum += x;
            }
            save(sums + (CELL + cell) * w + j, sum);
        }
    }

    // The sums as the next product takes them; where they were added up there are zeros again.
    void narrow_sums() {
        for (int i = COLUMN * w; i < SUMS * w; i += LANES) {
            save(sums + i, load(sums_wide + i));
            save(sums_wide + i, V{});
        }
    }

    // What the constraints answer, [SUMS,h], and for each triple of cells its row's and box's answers together.
    void constraints(const Weights& k) {
        for (int p = 0; p < 3; p++) {
            const Perceptron& part = k.part[p];
            float* hidden = before + FIRST[p] * m;
            product(ROOM_OF[p], m, w, sums + FIRST[p] * w, w, part.in.data(), hidden);
            for (int i = 0; i < COUNT[p]; i++) {
                for (int j = 0; j < m; j += LANES) {
                    V x = load(hidden + i * m + j) + load(part.in_bias + j);
                    save(hidden + i * m + j, x);
                    save(middle + (FIRST[p] + i) * m + j, x * sigmoid(x));
                }
            }
            product(ROOM_OF[p], h, m, middle + FIRST[p] * m, m, part.out.data(), answers + FIRST[p] * h);
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

    // Updates of the candidates of some cells after SiLU, and if asked for the slope of SiLU there.
    template <bool KEEP>
    void updates(int cell, int cells, const bf16* given, const Weights& k) {
        product(whole_tiles(cells * SIDE), h, w, message + cell * SIDE * w, w, k.up.data(), wide);
        for (int q = 0; q < cells; q++) {
            int r = (cell + q) / SIDE, c = (cell + q) % SIDE;
            const float *of_cell = answers + (CELL + cell + q) * h, *column = answers + (COLUMN + c * SIDE) * h,
                        *both = triples + (r * 3 + c / 3) * SIDE * h;
            const bf16* g = given + (cell + q) * SIDE * h;
            int first = q * SIDE * h;
            for (int i = 0; i < SIDE * h; i += h)
// More addresses than registers: one fetch of each serves eight times.
#pragma GCC unroll 8
                for (int j = 0; j < h; j += LANES) {
                    V x = load(wide + first + i + j) + load(g + i + j) + load(of_cell + j) + load(column + i + j) +
                          load(both + i + j);
                    V s = sigmoid(x);
                    save(active + first + i + j, x * s);
                    if (KEEP) save(slope + first + i + j, s * (1.f + x * (1.f - s)));
                }
        }
    }

    // A round, from the messages of `state`; with `more`, those of `next` are left for the round that follows.
    void forward(const bf16* state, const bf16* given, bf16* next, bool more, const Weights& k) {
        constraints(k);
        for (int cell = 0; cell < PLANE; cell += CELLS_AT_ONCE) {
            int cells = std::min(CELLS_AT_ONCE, PLANE - cell);
            updates<false>(cell, cells, given, k);
            product(whole_tiles(cells * SIDE), w, h, active, h, k.down.data(), wide);
            for (int q = 0; q < cells; q++) {
                int first = (cell + q) * SIDE * w;
                for (int i = 0; i < SIDE * w; i += w)
                    for (int j = 0; j < w; j += LANES)
                        save(next + first + i + j, load(wide + q * SIDE * w + i + j) + load(state + first + i + j) + load(k.down_bias + j));
                // Right here, while they are at hand; this round has made all use of the messages that they take the place of.
                if (more) messages_of(cell + q, next, k);
            }
        }
        if (more) narrow_sums();
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
template <typename Sizes>
struct Backward : Sizes {
    using Sizes::w, Sizes::m, Sizes::h, Sizes::product;
    Board<Sizes> board;
    Buffer<float> both, answer_wide, message_back;
    Buffer<bf16> message_part, state_part, update_part, answer_back, before_back, pairs, transpose;
    float *hidden, *sum_back, *triple_back;

    explicit Backward(const Weights& k)
        : Sizes(k), board(k), both(TRIPLES * std::max(h, w)), answer_wide(SUMS * h), message_back(PADDED * w),
          message_part(ROOM * w), state_part(ROOM * w), update_part(ROOM * h), answer_back(SUMS * h), before_back(SUMS * m),
          pairs(192 * std::max(h, std::max(w, m))), transpose(192 * std::max(w, m)), hidden(board.answers),
          sum_back(board.sums_wide), triple_back(both) {}

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
        // Where `sum_back` lay.
        std::memset(board.sums_wide, 0, sizeof(float) * SUMS * w);
        board.messages(state, k);
        board.constraints(k);
        add_rows(back, CANDIDATES, w, g.of[16].data());
        // Columns are added up here, candidate by candidate; cells are written whole, and rows and boxes are made
        // of `both`.
        std::memset(answer_wide + COLUMN * h, 0, sizeof(float) * PLANE * h);
        std::memset(both, 0, sizeof(float) * TRIPLES * h);
        for (int cell = 0; cell < PLANE; cell += CELLS_AT_ONCE)
            part(cell, std::min(CELLS_AT_ONCE, PLANE - cell), given, back, given_back, k, g);
        // Every candidate lies in one cell, so the sums of the cells add up to the gradient of `up`'s bias.
        add_rows(answer_wide + CELL * h, PLANE, h, g.of[14].data());
        constraints(k, g);
        messages(state, back, k, g);
    }

    // The candidates of some cells: from `back` to the gradients of their updates, and what these add up to.
    void part(int cell, int cells, const bf16* given, const float* back, bf16* given_back, const Weights& k, Gradients& g) {
        int rows = cells * SIDE, start = cell * SIDE;
        board.template updates<true>(cell, cells, given, k);
        store(state_part, back + start * w, rows * w);
        float* wide = board.wide;
        product(whole_tiles(rows), h, w, state_part, w, k.down_back.data(), wide);
        for (int q = 0; q < cells; q++) {
            int r = (cell + q) / SIDE, c = (cell + q) % SIDE;
            for (int j = 0; j < h; j += LANES) {
                V of_cell{};
                for (int d = 0; d < SIDE; d++) {
                    int here = q * SIDE + d, i = start + here;
                    V y = load(wide + here * h + j) * load(board.slope + here * h + j);
                    save(given_back + i * h + j, load(given_back + i * h + j) + y);
                    add(answer_wide + (COLUMN + c * SIDE + d) * h + j, y);
                    add(both + ((r * 3 + c / 3) * SIDE + d) * h + j, y);
                    save(update_part + here * h + j, y);
                    of_cell += y;
                }
                save(answer_wide + (CELL + cell + q) * h + j, of_cell);
            }
        }
        product(whole_tiles(rows), w, h, update_part, h, k.up_back.data(), message_back + start * w);
        std::memcpy(message_part, board.message + start * w, sizeof(bf16) * rows * w);
        // The products over rows take all that there is room for, so what the last part leaves over must be zeros.
        std::memset(message_part + rows * w, 0, sizeof(bf16) * (ROOM - rows) * w);
        std::memset(state_part + rows * w, 0, sizeof(bf16) * (ROOM - rows) * w);
        outer(state_part, w, board.active, h, ROOM, g.of[15].data());
        outer(message_part, w, update_part, h, ROOM, g.of[13].data());  // transposed
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
            outer(board.middle + first * m, m, answer_back + first * h, h, ROOM_OF[p], g.of[q + 2].data());  // transposed
            float* x = hidden + first * m;
            product(ROOM_OF[p], m, h, answer_back + first * h, h, part.out_back.data(), x);
            for (int i = 0; i < count * m; i += LANES) {
                V value = load(board.before + first * m + i), s = sigmoid(value);
                save(x + i, load(x + i) * s * (1.f + value * (1.f - s)));
            }
            store(before_back + first * m, x, count * m);
            add_rows(x, count, m, g.of[q + 1].data());
            outer(before_back + first * m, m, board.sums + first * w, w, ROOM_OF[p], g.of[q].data());
            product(ROOM_OF[p], w, m, before_back + first * m, m, part.in_back.data(), sum_back + first * w);
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

template <typename Sizes>
void run_forward(const bf16* in, const bf16* given, bf16* out, int64_t boards, int64_t rounds, bool keep, const Weights& weights) {
    int64_t size = int64_t(CANDIDATES) * weights.w;
    at::parallel_for(0, boards, 1, [&](int64_t begin, int64_t end) {
        typename Sizes::Session session;
        Board<Sizes> board(weights);
        for (int64_t b = begin; b < end; b++) {
            bf16* now = out + b * size;
            std::memcpy(now, in + b * size, sizeof(bf16) * size);
            if (rounds) board.messages(now, weights);
            for (int64_t r = 0; r < rounds; r++) {
                // Without `keep` a round writes over the state that it reads: of each candidate it is read once
                // more, right before.
                bf16* next = keep ? now + boards * size : now;
                board.forward(now, given + b * CANDIDATES * weights.h, next, r + 1 < rounds, weights);
                now = next;
            }
        }
    });
}

template <typename Sizes>
std::vector<at::Tensor> run_backward(const at::Tensor& last_back, const at::Tensor& states, const at::Tensor& given,
                                     const std::vector<at::Tensor>& parameters, const Weights& weights) {
    int w = weights.w, m = weights.m, h = weights.h;
    int64_t rounds = states.size(0) - 1, boards = given.size(0), size = int64_t(CANDIDATES) * w;
    at::Tensor state_back = at::empty_like(last_back), given_back = at::empty_like(given);
    std::vector<at::Tensor> sums;
    for (auto& p : parameters) sums.push_back(at::zeros_like(p));
    std::mutex lock;
    at::parallel_for(0, boards, 1, [&](int64_t begin, int64_t end) {
        typename Sizes::Session session;
        Backward<Sizes> work(weights);
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

}  // namespace

// state [b,9,9,9,w], given [b,9,9,9,h], bfloat16 -> states before every round and after the last, [rounds + 1,b,9,9,9,w];
// without `keep`, after the last only, [1,...].
at::Tensor forward(const at::Tensor& state, const at::Tensor& given, const std::vector<at::Tensor>& parameters, int64_t rounds,
                   bool keep) {
    Weights weights(parameters);
    auto shape = state.sizes().vec();
    shape.insert(shape.begin(), keep ? rounds + 1 : 1);
    at::Tensor states = at::empty(shape, state.options());
    auto run = Usual::fits(weights) ? run_forward<Usual> : run_forward<Any>;
    run(state.const_data_ptr<bf16>(), given.const_data_ptr<bf16>(), states.data_ptr<bf16>(), state.size(0), rounds, keep, weights);
    return states;
}

// Gradients of state, given and all parameters from that of the last state, bfloat16 [b,9,9,9,w].
std::vector<at::Tensor> backward(const at::Tensor& last_back, const at::Tensor& states, const at::Tensor& given,
                                 const std::vector<at::Tensor>& parameters) {
    Weights weights(parameters);
    auto run = Usual::fits(weights) ? run_backward<Usual> : run_backward<Any>;
    return run(last_back, states, given, parameters, weights);
}

// state [b,9,9,9,w] bfloat16, the last norm [w], readout's weight [o,w] and bias [o] -> float [b,9,9,9,o].
at::Tensor read_out(const at::Tensor& state, const at::Tensor& norm, const at::Tensor& weight, const at::Tensor& bias) {
    int64_t w = norm.size(0), outputs = bias.size(0), candidates = state.size(0) * CANDIDATES;
    auto shape = state.sizes().vec();
    shape.back() = outputs;
    at::Tensor answer = at::empty(shape, norm.options()), scaled = weight * norm;
    const bf16* from = state.const_data_ptr<bf16>();
    const float *by = scaled.const_data_ptr<float>(), *more = bias.const_data_ptr<float>();
    float* to = answer.data_ptr<float>();
    at::parallel_for(0, candidates, CANDIDATES, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; i++) {
            V squares{};
            for (int64_t j = 0; j < w; j += LANES) squares += load(from + i * w + j) * load(from + i * w + j);
            float scale = 1.f / std::sqrt(total(squares) / w + EPSILON);
            for (int64_t o = 0; o < outputs; o++) {
                V sum{};
                for (int64_t j = 0; j < w; j += LANES) sum += load(from + i * w + j) * load(by + o * w + j);
                to[i * outputs + o] = total(sum) * scale + more[o];
            }
        }
    });
    return answer;
}

PYBIND11_MODULE(TORCH_EXTENSION_NAME, module) {
    module.def("read", &read_out);
    module.def("forward", &forward);
    module.def("backward", &backward);
}
