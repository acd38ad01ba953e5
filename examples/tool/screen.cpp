#include "screen.hpp"

#include <algorithm>
#include <ncurses.h>

namespace tool {

screen::screen() {
    initscr();
    cbreak();
    noecho();
    nodelay(stdscr, TRUE);
    curs_set(0);
}
screen::~screen() { endwin(); }

auto screen::draw(std::string_view head, std::vector<std::string> const& rows) -> void {
    auto const put = [](int row, std::string_view text) {
        mvaddnstr(row, 0, text.data(), std::min(static_cast<int>(text.size()), COLS));
    };
    erase();
    attron(A_REVERSE);
    put(0, head);
    attroff(A_REVERSE);
    for (auto row = 1; row < LINES and row <= static_cast<int>(rows.size()); ++row) {
        put(row, rows[static_cast<std::size_t>(row - 1)]);
    }
    refresh();
}

auto screen::is_left() -> bool {
    for (auto key = getch(); key != ERR; key = getch()) {
        if (key == 'q' or key == 'Q') {
            return true;
        }
    }
    return false;
}

} // namespace tool
