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

template <typename T>
struct Buffer {
    std::unique_ptr<char[]> memory;
    T* data = nullptr;
    Buffer() = default;
    // Zeros, since rows of padding are multiplied, too. Begins at a multiple of 64 bytes, a cache line and a register: a load
    // across two lines costs both. But not always at the same place of a page: a load waits for a store before it
    // whose address has the same low bits.
    explicit Buffer(size_t n) : memory(new char[n * sizeof(T) + LINE * (PLACES + 1)]()) {
        static thread_local int made = 0;
        uintptr_t line = (reinterpret_cast<uintptr_t>(memory.get()) + LINE - 1) / LINE + made++ % PLACES;
        data = reinterpret_cast<T*>(line * LINE);
    }
    operator T*() const { return data; }

   private:
    static constexpr int LINE = 64, PLACES = 16;
};

// ---- products ------------------------------------------------------------------------------------------------------------

// c [m,n] (+)= a [m,k] b, where b was packed by `pack` or `paired`; by torch.
inline void product_of_torch(int m, int n, int k, const bf16* a, int lda, const bf16* b, int ldb, float* c, int ldc, bool add) {
    // In parts of four tiles: one row more than a whole tile slows all of them down.
    for (int i = 0; i < m; i += ROOM)
        at::native::cpublas::brgemm(std::min(ROOM, m - i), n, k, lda, ldb, ldc, add, a + i * lda, b, c + i * ldc, true);
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
inline __attribute__((always_inline)) void product_of_tiles(int m, int n, int k, const bf16* a, int lda, const bf16* b, int ldb,
                                                            float* c, int ldc) {
    asm volatile("" ::: "memory");  // the compiler does not know that tiles are read from memory
    long a_step = lda * sizeof(bf16), b_step = 2 * ldb * sizeof(bf16), c_step = ldc * sizeof(float);
    for (int j = 0; j < n; j += 2 * TILE) {
        for (int i = 0; i < m; i += 2 * TILE) {
            bool two = i + TILE < m;
            const bf16 *first = a + i * lda, *second = first + (two ? TILE * lda : 0);
            float *one = c + i * ldc + j, *other = one + TILE * ldc;
            if (ADD) {
                _tile_loadd(0, one, c_step); _tile_loadd(1, one + TILE, c_step);
                if (two) { _tile_loadd(2, other, c_step); _tile_loadd(3, other + TILE, c_step); }
            } else {
                _tile_zero(0); _tile_zero(1); _tile_zero(2); _tile_zero(3);
            }
            for (int q = 0; q < k; q += 2 * TILE) {
                const bf16* right = b + q * ldb + 2 * j;
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

// A weight [out,in] as the right side [k,n] of a product: its transpose (x w^T), or itself (y w). Pairs of k lie together.
Buffer<bf16> pack(const float* weight, int out, int in, bool transposed) {
    Buffer<bf16> rows(out * in), packed(out * in);
    store(rows, weight, out * in);
    if (!transposed) {
        paired(rows, out, in, packed);
        return packed;
    }
    auto *from = reinterpret_cast<const uint32_t*>(rows.data);
    auto *to = reinterpret_cast<uint32_t*>(packed.data);
    for (int k = 0; k < in / 2; k++)
        for (int n = 0; n < out; n++) to[k * out + n] = from[n * (in / 2) + k];
    return packed;
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
    Buffer<bf16> in, in_back, out, out_back;
    const float *in_bias, *out_bias;
};

// Parameters in the order of Round.parameters(): norm, then weight and bias of cell.0, cell.2, line.0, line.2, box.0, box.2, up, down.
struct Weights {
    int w, m, h;
    const float *norm, *up_bias, *down_bias;
    Perceptron part[3];
    Buffer<bf16> up, up_back, down, down_back;

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

// Width, middle and hidden size: of the networks that are shipped known to the compiler, which then unrolls the loops over
// them and keeps no address twice; of all others known at run time.
template <int W, int M, int H>
struct Fixed {
    static constexpr int w = W, m = M, h = H;
    explicit Fixed(const Weights&) {}
#if defined(BY_TILES)
    static constexpr int columns = 4 * TILE;
    static_assert(W % (2 * TILE) == 0 && M % (2 * TILE) == 0 && H % columns == 0);
    using Session = Tiles;
    static void product(int m, int n, int k, const bf16* a, int lda, const bf16* b, int ldb, float* c, int ldc, bool add = false) {
        if (add)
            product_of_tiles<true>(m, n, k, a, lda, b, ldb, c, ldc);
        else
            product_of_tiles<false>(m, n, k, a, lda, b, ldb, c, ldc);
    }
    static bool fits(const Weights& k) { return tiles_are_lent && k.w == W && k.m == M && k.h == H; }
#else
    using Session = Torch;
    static void product(int m, int n, int k, const bf16* a, int lda, const bf16* b, int ldb, float* c, int ldc, bool add = false) {
        product_of_torch(m, n, k, a, lda, b, ldb, c, ldc, add);
    }
    static constexpr int columns = H;
    static bool fits(const Weights& k) { return k.w == W && k.m == M && k.h == H; }
#endif
};
struct Any {
    int w, m, h, columns;
    explicit Any(const Weights& k) : w(k.w), m(k.m), h(k.h), columns(k.h) {}
    using Session = Torch;
    static void product(int m, int n, int k, const bf16* a, int lda, const bf16* b, int ldb, float* c, int ldc, bool add = false) {
        product_of_torch(m, n, k, a, lda, b, ldb, c, ldc, add);
    }
};
using Usual = Fixed<64, 64, 128>;

// What one board needs during a round; one for each thread.
template <typename Sizes>
struct Board : Sizes {
    using Sizes::w, Sizes::m, Sizes::h, Sizes::product;
    Buffer<float> scale, sums_wide, before, answers, triples, wide;
    Buffer<bf16> message, sums, middle, active;

    explicit Board(const Weights& k)
        : Sizes(k), scale(PADDED), sums_wide(SUMS * w), before(SUMS * m), answers(SUMS * std::max(h, m)), triples(TRIPLES * h),
          wide(ROOM * std::max(h, w)), message(PADDED * w), sums(SUMS * w), middle(SUMS * m), active(ROOM * h) {}

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
            product(ROOM_OF[p], m, w, sums + FIRST[p] * w, w, part.in, m, hidden, m);
            for (int i = 0; i < COUNT[p]; i++) {
                for (int j = 0; j < m; j += LANES) {
                    V x = load(hidden + i * m + j) + load(part.in_bias + j);
                    save(hidden + i * m + j, x);
                    save(middle + (FIRST[p] + i) * m + j, x * sigmoid(x));
                }
            }
            product(ROOM_OF[p], h, m, middle + FIRST[p] * m, m, part.out, h, answers + FIRST[p] * h, h);
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

    // Updates of the candidates of some cells after SiLU.
    void updates(int cell, int cells, const bf16* given, const Weights& k) {
        product(whole_tiles(cells * SIDE), h, w, message + cell * SIDE * w, w, k.up, h, wide, h);
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
                    save(active + first + i + j, x * sigmoid(x));
                }
        }
    }

    // A round, from the messages of `state`; with `more`, those of `next` are left for the round that follows.
    void forward(const bf16* state, const bf16* given, bf16* next, bool more, const Weights& k) {
        constraints(k);
        for (int cell = 0; cell < PLANE; cell += CELLS_AT_ONCE) {
            int cells = std::min(CELLS_AT_ONCE, PLANE - cell);
            updates(cell, cells, given, k);
            product(whole_tiles(cells * SIDE), w, h, active, h, k.down, w, wide, w);
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
    std::vector<Buffer<float>> of;
    int h;
    explicit Gradients(const std::vector<at::Tensor>& parameters) {
        for (auto& p : parameters) of.emplace_back(p.numel());
        h = parameters[14].numel();
    }

    // An update is a sum of `up` and four answers, so that the biases' gradients are the same; rows' and columns' come together.
    void share_bias() {
        for (int i = 0; i < h; i++) of[4][i] = of[12][i] = of[14][i], of[8][i] = 2 * of[14][i];
    }
};

// Buffers that the way forward no longer needs serve again: all of a board's must fit into the cache.
template <typename Sizes>
struct Backward : Sizes {
    using Sizes::w, Sizes::m, Sizes::h, Sizes::columns, Sizes::product;
    // Parts of a board between products over candidates: each of these fetches and puts away all sums of a weight.
    static constexpr int PARTS = 3, KEPT = PARTS * ROOM;
    static_assert((PLANE + CELLS_AT_ONCE - 1) / CELLS_AT_ONCE % PARTS == 0, "or the last parts would be left out");
    Board<Sizes> board;
    Buffer<float> both, column_back, message_back, wide;
    Buffer<bf16> state_part, update_part, answer_back, before_back, transpose;
    Buffer<bf16> pairs, state_pairs, active_pairs, message_pairs, update_pairs;
    float *hidden, *sum_back, *triple_back;

    explicit Backward(const Weights& k)
        : Sizes(k), board(k), both(TRIPLES * std::max(h, w)), column_back(PLANE * h), message_back(PADDED * w),
          wide(4 * ROOM * columns), state_part(ROOM * w), update_part(ROOM * h), answer_back(SUMS * h), before_back(SUMS * m),
          transpose(KEPT * std::max(w, m)), pairs(KEPT * std::max(h, std::max(w, m))), state_pairs(KEPT * std::max(w, m)),
          active_pairs(KEPT * h), message_pairs(KEPT * w), update_pairs(KEPT * h), hidden(board.answers),
          sum_back(board.sums_wide), triple_back(both) {}

    // total [n_left, n_right] += left^T right over rows, both in pairs.
    void outer(const bf16* left, int n_left, const bf16* right, int n_right, int rows, float* total) {
        turned(left, rows, n_left, transpose);
        product(n_left, n_right, rows, transpose, rows, right, n_right, total, n_right, true);
    }

    // One round: `back` [729,w] is the gradient of the state after it, then of the state before it; `given_back` sums up.
    // Gradients of `up` and of the perceptrons' second layers are kept transposed: the narrower side is the one to turn.
    void round(const bf16* state, const bf16* given, float* back, bf16* given_back, const Weights& k, Gradients& g) {
        // Where `sum_back` lay.
        std::memset(board.sums_wide, 0, sizeof(float) * SUMS * w);
        board.messages(state, k);
        board.constraints(k);
        // Columns are added up here, candidate by candidate; cells are written whole, and rows and boxes are made of `both`.
        std::memset(column_back, 0, sizeof(float) * PLANE * h);
        for (int cell = 0, slot = 0; cell < PLANE; cell += CELLS_AT_ONCE, slot = (slot + 1) % PARTS) {
            part(cell, std::min(CELLS_AT_ONCE, PLANE - cell), given, back, given_back, k, g);
            keep(cell, slot);
            if (slot + 1 == PARTS) {
                outer(state_pairs, w, active_pairs, h, KEPT, g.of[15]);
                outer(message_pairs, w, update_pairs, h, KEPT, g.of[13]);  // transposed
            }
        }
        constraints(k, g);
        messages(state, back, k, g);
    }

    // The candidates of some cells: from `back` to the gradients of their updates, and what these add up to.
    void part(int cell, int cells, const bf16* given, const float* back, bf16* given_back, const Weights& k, Gradients& g) {
        int rows = cells * SIDE, start = cell * SIDE, tiles = whole_tiles(rows);
        for (int i = 0; i < rows; i += SIDE)
            for (int j = 0; j < w; j += LANES) {
                V sum{};
                for (int d = 0; d < SIDE; d++) {
                    V x = load(back + (start + i + d) * w + j);
                    save(state_part + (i + d) * w + j, x);
                    sum += x;
                }
                add(g.of[16] + j, sum);
            }
        // The products over rows take all that there is room for, so what the last part leaves over must be zeros.
        std::memset(state_part + rows * w, 0, sizeof(bf16) * (ROOM - rows) * w);
        std::memset(update_part + rows * h, 0, sizeof(bf16) * (ROOM - rows) * h);
        // Some columns at a time, so that what the two products write is still in the first-level cache when it is read.
        // And the products of the next ones before: tiles and registers work side by side.
        auto products = [&](int j) {
            float* to = wide + j / columns % 2 * 2 * ROOM * columns;
            product(tiles, columns, w, board.message + start * w, w, k.up + 2 * j, h, to, columns);
            product(tiles, columns, w, state_part, w, k.down_back + 2 * j, h, to + ROOM * columns, columns);
            return to;
        };
        const float* now = products(0);
        for (int j = 0; j < h; j += columns) {
            const float* next = j + columns < h ? products(j + columns) : nullptr;
            for (int q = 0; q < cells; q++) {
                const float* up = now + q * SIDE * columns;
                if ((cell + q) % 3)
                    update<false>(cell + q, q, j, up, given, given_back, g);
                else
                    update<true>(cell + q, q, j, up, given, given_back, g);
            }
            now = next;
        }
        product(tiles, w, h, update_part, h, k.up_back, w, message_back + start * w, w);
    }

    // `columns` of the updates of a cell, from `first` on: the update again, and through SiLU its gradient. q is the cell's place
    // in its part; with NEW it is the first of the three that a row and a box share.
    template <bool NEW>
    void update(int cell, int q, int first, const float* up, const bf16* given, bf16* given_back, Gradients& g) {
        int r = cell / SIDE, c = cell % SIDE, triple = (r * 3 + c / 3) * SIDE * h + first;
        int column = c * SIDE * h + first, here = q * SIDE * h + first, there = cell * SIDE * h + first;
        const float *down = up + ROOM * columns, *of_column = board.answers + COLUMN * h + column, *of_both = board.triples + triple;
        const bf16* in = given + there;
        bf16 *in_back = given_back + there, *active = board.active + here, *update = update_part + here;
        float *to_column = column_back + column, *to_both = both + triple;
        for (int j = 0; j < columns; j += LANES) {
            V sum{}, of_cell = load(board.answers + (CELL + cell) * h + first + j);
#pragma GCC unroll 9
            for (int d = 0; d < SIDE; d++) {
                int i = d * h + j;
                V x = load(up + d * columns + j) + load(in + i) + of_cell + load(of_column + i) + load(of_both + i);
                V s = sigmoid(x), out = x * s;
                V y = load(down + d * columns + j) * (s + out * (1.f - s));
                save(active + i, out);
                save(update + i, y);
                save(in_back + i, load(in_back + i) + y);
                add(to_column + i, y);
                save(to_both + i, NEW ? y : load(to_both + i) + y);
                sum += y;
            }
            save(answer_back + (CELL + cell) * h + first + j, sum);
            // Every candidate lies in one cell.
            add(g.of[14] + first + j, sum);
        }
    }

    // A part's sides of the products over candidates.
    void keep(int cell, int slot) {
        int from = slot * ROOM;
        paired(state_part, ROOM, w, state_pairs + from * w);
        paired(board.active, ROOM, h, active_pairs + from * h);
        paired(board.message + cell * SIDE * w, ROOM, w, message_pairs + from * w);
        paired(update_part, ROOM, h, update_pairs + from * h);
    }

    // The gradients of the answers of columns, rows and boxes; those of cells are there.
    void answers() {
        store(answer_back + COLUMN * h, column_back, PLANE * h);
        for (int band = 0; band < SIDE; band += 3)
            for (int d = 0; d < SIDE; d++)
                for (int j = 0; j < h; j += LANES) {
                    V box[3] = {};
                    for (int r = band; r < band + 3; r++) {
                        V row{};
                        for (int stack = 0; stack < 3; stack++) {
                            V x = load(both + ((r * 3 + stack) * SIDE + d) * h + j);
                            row += x, box[stack] += x;
                        }
                        save(answer_back + (ROW + r * SIDE + d) * h + j, row);
                    }
                    for (int stack = 0; stack < 3; stack++) save(answer_back + (BOX + (band + stack) * SIDE + d) * h + j, box[stack]);
                }
    }

    // From the gradients of the answers to those of the sums, at the scale of one message: sum_back.
    void constraints(const Weights& k, Gradients& g) {
        answers();
        for (int p = 0; p < 3; p++) {
            const Perceptron& part = k.part[p];
            int first = FIRST[p], count = COUNT[p], room = ROOM_OF[p], q = 1 + 4 * p;
            const bf16* back = answer_back + first * h;
            paired(board.middle + first * m, room, m, state_pairs);
            paired(back, room, h, pairs);
            outer(state_pairs, m, pairs, h, room, g.of[q + 2]);  // transposed
            float* x = hidden + first * m;
            product(room, m, h, back, h, part.out_back, m, x, m);
            bf16* middle_back = before_back + first * m;
            for (int i = 0; i < count; i++)
                for (int j = 0; j < m; j += LANES) {
                    V value = load(board.before + (first + i) * m + j), s = sigmoid(value);
                    V y = load(x + i * m + j) * (s + value * s * (1.f - s));
                    save(middle_back + i * m + j, y);
                    add(g.of[q + 1] + j, y);
                }
            paired(middle_back, room, m, state_pairs);
            paired(board.sums + first * w, room, w, pairs);
            outer(state_pairs, m, pairs, w, room, g.of[q]);
            product(room, w, m, middle_back, m, part.in_back, w, sum_back + first * w, w);
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
        float* norm_back = g.of[0];
        V kept[1024 / LANES];
        for (int r = 0; r < SIDE; r++)
            for (int c = 0; c < SIDE; c++)
                for (int d = 0; d < SIDE; d++) {
                    int here = c * SIDE + d, i = r * PLANE + here;
                    const float* x = message_back + i * w;
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
                        kept[j / LANES] = y;
                        sum += y * n;
                    }
                    float along = total(sum) * by / w;
                    float* to = back + i * w;
                    for (int j = 0; j < w; j += LANES) add(to + j, by * (kept[j / LANES] - load(s + j) * along));
                }
    }
};

void turn_back(Buffer<float>& values, int rows, int columns) {
    Buffer<float> turned(rows * columns);
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++) turned[size_t(j) * rows + i] = values[size_t(i) * columns + j];
    std::swap(values, turned);
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
        gradients.share_bias();
        turn_back(gradients.of[13], w, h);
        for (int p = 0; p < 3; p++) turn_back(gradients.of[3 + 4 * p], m, h);
        // Once a thread and not once a board: until here each has summed up for itself.
        std::lock_guard<std::mutex> alone(lock);
        for (size_t i = 0; i < sums.size(); i++) {
            float* to = sums[i].data_ptr<float>();
            for (int64_t j = 0; j < sums[i].numel(); j++) to[j] += gradients.of[i][j];
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
